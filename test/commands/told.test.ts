import { afterEach, expect, test, vi } from 'vitest';
import { commanderCommand } from '../../src/cli/commander-command.js';
import type { CommandDefinition } from '../../src/commands/command.js';
import { GateError } from '../../src/model/index.js';
import { flag } from '../../src/option-kinds.js';

/** A command that takes models or none, and has words and facts of its own. */
const toy: CommandDefinition = {
  name: 'toy',
  summary: 'a toy',
  description: 'A toy.',
  arguments: [{ syntax: '[model...]', help: 'ONNX files, or none' }],
  examples: '',
  options: () => ({ isLate: { kind: flag, flag: '--is-late', help: 'fails a gate' } }),
  isConfigurable: false,
  goesThroughSamples: false,
  async run(given, options) {
    return {
      error: options.isLate ? new GateError({ what: 'it is late', todo: 'be sooner' }) : undefined,
      summary: ({ verbose }) => `${given.length} models${verbose ? `: ${given.join(' ')}` : ''}\n`,
      json: () => `${JSON.stringify({ given })}\n`,
    };
  },
};

/** Runs the toy. @returns what it ended with, and what it wrote where */
async function run(args: readonly string[], definition = toy) {
  const [stdout, stderr] = [process.stdout, process.stderr].map((stream) => {
    const written: string[] = [];
    vi.spyOn(stream, 'write').mockImplementation((...given: readonly unknown[]) => {
      written.push(String(given[0]));
      for (const each of given) if (typeof each === 'function') each();
      return true;
    });
    return written;
  });
  let code = -1;
  const command = commanderCommand(definition, (exitCode) => {
    code = exitCode;
  });
  await command.exitOverride().parseAsync(args, { from: 'user' });
  return { code, stdout: stdout?.join(''), stderr: stderr?.join('') };
}

afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  [[], 0, '0 models\n', ''],
  [['a.onnx', 'b.onnx', '-v'], 0, '2 models: a.onnx b.onnx\n', ''],
  [['-q'], 0, '', ''],
  [['a.onnx', '--json'], 0, '{"given":["a.onnx"]}\n', '1 models\n'],
  [['--is-late'], 7, '0 models\n', 'mobileone: it is late; be sooner\n'],
])('a command without models says what it has to say: %j', async (args, code, stdout, stderr) => {
  expect(await run(args)).toEqual({ code, stdout, stderr });
});

test('what is a text for a program has no shorter, longer or other form', async () => {
  const script = { ...toy, isScript: true };
  expect(await run(['a.onnx'], script)).toEqual({ code: 0, stdout: '1 models\n', stderr: '' });
  await expect(run(['--json'], script)).rejects.toThrow("unknown option '--json'");
});

test('an argument that may be left out is none where it is', async () => {
  const one = { ...toy, arguments: [{ syntax: '[model]', help: 'an ONNX file, or none' }] };
  expect(await run([], one)).toEqual({ code: 0, stdout: '0 models\n', stderr: '' });
});
