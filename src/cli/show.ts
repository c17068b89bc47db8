import { errorLine, type ModelReport, type Report, reportJson, type SummaryOptions } from '../report/index.js';
import { coloursFor } from './colours.js';
import type { OutputFlags } from './flags.js';
import { writeError, writeOut } from './streams.js';

/** Exit codes at which there is no report: a defect, or wrong usage. */
const WITHOUT_REPORT: ReadonlySet<number> = new Set([1, 2]);

/**
 * Prints what a run did: the summary, or with `--json` the report and the summary on standard error; then a line for each
 * model that failed.
 */
export async function showReport(
  report: Report,
  flags: OutputFlags,
  summary: (model: ModelReport, options: SummaryOptions) => string,
): Promise<void> {
  const stream = flags.json ? process.stderr : process.stdout;
  const colours = await coloursFor(stream, flags.color);
  if (!flags.quiet) {
    const text = report.models
      .filter((model) => model.after !== null)
      .map((model) => summary(model, { colours, verbose: flags.verbose }))
      .join('\n');
    await (flags.json ? writeError(text) : writeOut(text));
  }
  for (const { error } of report.models) if (error) await writeError(`${errorLine(error)}\n`);
  if (flags.json && !WITHOUT_REPORT.has(report.exitCode)) await writeOut(reportJson(report));
}
