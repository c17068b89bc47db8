import { type MobileoneError, UsageError } from '../model/errors.js';
import {
  type Colours,
  errorLine,
  failureJson,
  type ModelReport,
  type Report,
  reportError,
  reportJson,
  type SummaryOptions,
  showName,
} from '../report/index.js';
import type { RunOutcome } from '../run/run-report.js';
import { coloursFor } from './colours.js';
import type { ConfiguredOptions } from './configured-options.js';
import type { OutputFlags } from './flags.js';
import { appendJobSummary } from './job-summary.js';
import { writeError, writeOut } from './streams.js';

/**
 * Prints what a run did: the summary, or with `--json` the report and the summary on standard error; then a line for each
 * model that failed.
 */
export async function showReport(
  { report, error }: RunOutcome,
  flags: OutputFlags,
  summary: (model: ModelReport, options: SummaryOptions) => string,
  configured?: ConfiguredOptions,
): Promise<void> {
  if (!flags.quiet) {
    const colours = await coloursFor(flags.json ? process.stderr : process.stdout, flags.color);
    const text = report.models
      .filter(({ after, candidates }) => after !== null || candidates.length > 0)
      .map((model) => summary(model, { colours, verbose: flags.verbose, part: report.part }))
      .join('\n');
    const said = `${configured ? configurationLines(configured, colours) : ''}${text}`;
    await (flags.json ? writeError(said) : writeOut(said));
  }
  const errors = report.models.flatMap((model) => [
    model.error,
    ...model.candidates.map((candidate) => candidate.error),
  ]);
  const lines = new Set(errors.flatMap((each) => (each ? errorLine(each) : [])));
  // The report itself may be what could not be written.
  if (error && lines.size === 0) lines.add(errorLine(reportError(error)));
  for (const line of lines) await writeError(`${line}\n`);
  if (report.command !== 'inspect' && !(error instanceof UsageError)) await appendJobSummary(report);
  if (flags.debug && error?.stack) await writeError(`${error.stack}\n`);
  if (flags.json) await writeOut(jsonOf(report, error));
}

/** Where options came from that do not stand on the command line. */
function configurationLines({ file, options, leftOut }: ConfiguredOptions, { dim, yellow }: Colours): string {
  const names = (keys: readonly string[]) => keys.map(showName).join(', ');
  const lines: string[] = [];
  const taken = Object.keys(options);
  if (taken.length > 0) lines.push(dim(`options from ${showName(file)}: ${names(taken)}`));
  if (leftOut.length > 0) {
    lines.push(yellow(`left out of ${showName(file)}, as they count only with --config: ${names(leftOut)}`));
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** Wrong usage that showed only in the model has no report either. */
function jsonOf(report: Report, error: MobileoneError | undefined): string {
  if (!(error instanceof UsageError)) return reportJson(report);
  const [failed] = report.models.flatMap((model) => model.error ?? []);
  return failureJson(error.exitCode, failed ?? reportError(error));
}
