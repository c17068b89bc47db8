import { Command, CommanderError } from 'commander';
import { commands } from '../commands/index.js';
import { MobileoneError, UsageError } from '../model/errors.js';
import { nearestHint } from '../nearest-name.js';
import { defectText, errorLine, reportError } from '../report/error-line.js';
import { failureJson } from '../report/json.js';
import { VERSION } from '../version.js';
import { commanderCommand } from './commander-command.js';
import { fitHelp } from './help.js';
import { nearestFlag } from './nearest-flag.js';
import { writeError, writeOut } from './streams.js';

const DESCRIPTION =
  'Turns train-time MobileOne-style networks (ONNX) into fused, checked ONNX, TensorFlow.js, LiteRT and Core ML files.';

const EXIT_CODES = `
Exit codes:
  0  done, and everything that was asked for holds
  1  a defect in mobileone itself
  2  wrong usage
  3  an input file cannot be read or is not valid
  4  a target cannot express the model
  5  what was written does not answer like the source
  6  the output cannot be written
  7  a gate that you set is not met
  8  nothing could be compared: see --no-check

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
  const program = fitHelp(new Command('mobileone'), EXIT_CODES)
    .description(DESCRIPTION)
    .version(VERSION, '-V, --version');
  for (const command of commands) program.addCommand(commanderCommand(command, finish));
  for (const command of [program, ...program.commands]) command.exitOverride().configureOutput(output);
  try {
    expectHelpable(program, argv);
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    const failure =
      error instanceof CommanderError && error.exitCode !== 0 && help === '' ? usageOf(error, program, argv) : error;
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

/** Commander's error in our words, with what may have been meant, or the help that says more. */
function usageOf({ message, code }: CommanderError, program: Command, [name = '']: readonly string[]): UsageError {
  const [sentence = ''] = message.replace(/^error: /, '').split('\n');
  const what = sentence.replace(/\.$/, '').replace('. Expected', ': expected');
  const command = program.commands.find((each) => each.name() === name);
  const help = command ? `see mobileone help ${name}` : 'see mobileone --help';
  const [, given = ''] = /'(.*)'/s.exec(sentence) ?? [];
  if (code === 'commander.unknownOption') {
    const known = (command ?? program).options.flatMap(({ long }) => long ?? []);
    return new UsageError({ what, todo: nearestFlag(given, [...known, '--help']) ?? help });
  }
  if (code === 'commander.unknownCommand') {
    const names = program.commands.map((each) => each.name());
    const todo = /\.onnx$/i.test(given) ? `to convert it, write mobileone convert ${given}` : nearestHint(given, names);
    return new UsageError({ what, todo: todo ?? help });
  }
  return new UsageError({ what, todo: help });
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
