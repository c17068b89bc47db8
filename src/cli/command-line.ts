import { Command, CommanderError } from 'commander';
import { MobileoneError, UsageError } from '../model/errors.js';
import { defectText, errorLine, reportError } from '../report/error-line.js';
import { VERSION } from '../version.js';
import { convertCommand } from './convert-command.js';
import { inspectCommand } from './inspect-command.js';
import { writeError, writeOut } from './streams.js';

const DESCRIPTION =
  'Turns train-time MobileOne-style networks (ONNX) into fused, checked ONNX, TensorFlow.js and Core ML files.';

const EXIT_CODES = `
Exit codes:
  0  done, and everything that was asked for holds      5  what was written does not answer like the source
  1  a defect in mobileone itself                       6  the output cannot be written
  2  wrong usage                                        7  a gate that you set is not met
  3  an input file cannot be read or is not valid       8  nothing could be compared: see --no-check
  4  a target cannot express the model

Run "mobileone help convert" for all options of a command, with examples.`;

/** Runs one command line. @returns the exit code */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  let help = '';
  const finish = (code: number) => {
    exitCode = code;
  };
  const output = {
    writeOut: (text: string) => {
      help += text;
    },
    // Commander's own error is thrown as well, and printed in our words.
    writeErr: (text: string) => {
      help += text.startsWith('error:') || text.startsWith('(Did you mean') ? '' : text;
    },
  };
  const program = new Command('mobileone')
    .description(DESCRIPTION)
    .version(VERSION, '-V, --version')
    .addHelpText('after', EXIT_CODES);
  for (const command of [convertCommand(finish), inspectCommand(finish)]) program.addCommand(command);
  for (const command of [program, ...program.commands]) command.exitOverride().configureOutput(output);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) return await fail(error, argv.includes('--debug'));
    if (error.exitCode !== 0 && help === '') return await fail(usageOf(error), false);
    await (error.exitCode === 0 ? writeOut(help) : writeError(help));
    return error.exitCode === 0 ? 0 : 2;
  }
  return exitCode;
}

function usageOf({ message }: CommanderError): UsageError {
  const [what = '', ...hints] = message.replace(/^error: /, '').split('\n');
  const hint = hints
    .join(' ')
    .replace(/^\(|\)$/g, '')
    .replace(/^Did/, 'did');
  return new UsageError({ what, todo: hint || 'see mobileone --help' });
}

/** Says what went wrong. @returns the exit code */
export async function fail(error: unknown, isDebug: boolean): Promise<number> {
  if (!(error instanceof MobileoneError)) {
    await writeError(`${defectText(error)}\n`);
    return 1;
  }
  const stack = isDebug && error.stack ? `${error.stack}\n` : '';
  await writeError(`${errorLine(reportError(error))}\n${stack}`);
  return error.exitCode;
}
