import { Command, CommanderError } from 'commander';
import { commands } from '../commands/index.js';
import { MobileoneError, UsageError } from '../model/errors.js';
import { nearestHint } from '../nearest-name.js';
import { defectText, errorLine, reportError } from '../report/error-line.js';
import { failureJson } from '../report/json.js';
import { VERSION } from '../version.js';
import { commanderCommand } from './commander-command.js';
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
  for (const command of commands) program.addCommand(commanderCommand(command, finish));
  for (const command of [program, ...program.commands]) command.exitOverride().configureOutput(output);
  try {
    expectHelpable(program, argv);
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    const failure =
      error instanceof CommanderError && error.exitCode !== 0 && help === ''
        ? usageOf(error, helpFor(program, argv))
        : error;
    if (!(failure instanceof CommanderError)) {
      if (failure instanceof UsageError && argv.includes('--json')) {
        await writeOut(failureJson(failure.exitCode, reportError(failure)));
      }
      return await fail(failure, failure === error && argv.includes('--debug'));
    }
    await (failure.exitCode === 0 ? writeOut(help) : writeError(help));
    return failure.exitCode === 0 ? 0 : 2;
  }
  return exitCode;
}

/** Commander shows its own help for any word behind `help`. @throws UsageError where there is no such command */
function expectHelpable(program: Command, [first, name]: readonly string[]): void {
  if (first !== 'help' || name === undefined || name.startsWith('-')) return;
  const names = ['help', ...program.commands.map((command) => command.name())];
  if (!names.includes(name)) {
    throw new UsageError({
      what: `unknown command '${name}'`,
      todo: nearestHint(name, names) ?? 'see mobileone --help',
    });
  }
}

/** The help that says more about this command line. */
function helpFor(program: Command, [name]: readonly string[]): string {
  const isCommand = program.commands.some((command) => command.name() === name);
  return isCommand ? `see mobileone help ${name}` : 'see mobileone --help';
}

/** Commander's error in our words. @param help what to see where it has no hint of its own */
function usageOf({ message }: CommanderError, help: string): UsageError {
  const [sentence = '', ...hints] = message.replace(/^error: /, '').split('\n');
  const what = sentence.replace(/\.$/, '').replace('. Expected', ': expected');
  const hint = hints
    .join(' ')
    .replace(/^\(|\)$/g, '')
    .replace(/^Did/, 'did');
  return new UsageError({ what, todo: hint || help });
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
