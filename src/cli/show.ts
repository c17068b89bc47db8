import { type MobileoneError, UsageError } from '../model/errors.js';
import {
  errorLine,
  failureJson,
  type ModelReport,
  type Report,
  reportError,
  reportJson,
  type SummaryOptions,
} from '../report/index.js';
import type { RunOutcome } from '../run/run-report.js';
import { coloursFor } from './colours.js';
import type { OutputFlags } from './flags.js';
import { writeError, writeOut } from './streams.js';

/**
 * Prints what a run did: the summary, or with `--json` the report and the summary on standard error; then a line for each
 * model that failed.
 */
export async function showReport(
  { report, error }: RunOutcome,
  flags: OutputFlags,
  summary: (model: ModelReport, options: SummaryOptions) => string,
): Promise<void> {
  if (!flags.quiet) {
    const colours = await coloursFor(flags.json ? process.stderr : process.stdout, flags.color);
    const text = report.models
      .filter((model) => model.after !== null)
      .map((model) => summary(model, { colours, verbose: flags.verbose }))
      .join('\n');
    await (flags.json ? writeError(text) : writeOut(text));
  }
  const lines = new Set(report.models.flatMap((model) => (model.error ? errorLine(model.error) : [])));
  // The report itself may be what could not be written.
  if (error && lines.size === 0) lines.add(errorLine(reportError(error)));
  for (const line of lines) await writeError(`${line}\n`);
  if (flags.debug && error?.stack) await writeError(`${error.stack}\n`);
  if (flags.json) await writeOut(jsonOf(report, error));
}

/** Wrong usage that showed only in the model has no report either. */
function jsonOf(report: Report, error: MobileoneError | undefined): string {
  if (!(error instanceof UsageError)) return reportJson(report);
  const [failed] = report.models.flatMap((model) => model.error ?? []);
  return failureJson(error.exitCode, failed ?? reportError(error));
}
