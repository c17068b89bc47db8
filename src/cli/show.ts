import type { Told } from '../commands/command.js';
import { type MobileoneError, UsageError } from '../model/errors.js';
import { type Colours, errorLine, failureJson, reportError, showName } from '../report/index.js';
import { coloursFor } from './colours.js';
import type { ConfiguredOptions } from './configured-options.js';
import type { OutputFlags } from './flags.js';
import { appendJobSummary } from './job-summary.js';
import { writeError, writeOut } from './streams.js';
import { wrap } from './wrap.js';

/** What else is known of what is shown. */
interface Shown {
  /** Options that do not stand on the command line. */
  readonly configured?: ConfiguredOptions | undefined;
  /** Whether a program reads it: then lines stay as they are. */
  readonly isScript?: boolean | undefined;
}

/**
 * Prints what a command has to say: the summary, or with `--json` the facts and the summary on standard error; then a line
 * for all that failed.
 */
export async function show(told: Told, flags: OutputFlags, { configured, isScript }: Shown = {}): Promise<void> {
  const { error } = told;
  if (!flags.quiet) {
    const stream = flags.json ? process.stderr : process.stdout;
    const colours = await coloursFor(stream, flags.color);
    const width = stream.isTTY && !isScript ? stream.columns : undefined;
    const text = told.summary({ colours, verbose: flags.verbose, width });
    const said = wrap(`${configured ? configurationLines(configured, colours) : ''}${text}`, width);
    await (flags.json ? writeError(said) : writeOut(said));
  }
  const lines = new Set((told.errors ?? []).map(errorLine));
  // A report itself may be what could not be written.
  if (error && lines.size === 0) lines.add(errorLine(reportError(error)));
  for (const line of lines) await writeError(`${line}\n`);
  if (!(error instanceof UsageError)) await appendJobSummary(told);
  if (flags.debug && error?.stack) await writeError(`${error.stack}\n`);
  if (flags.json) await writeOut(error instanceof UsageError ? usageJson(told, error) : told.json());
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
function usageJson({ errors = [] }: Told, error: MobileoneError): string {
  return failureJson(error.exitCode, errors[0] ?? reportError(error));
}
