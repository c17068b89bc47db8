import path from 'node:path';
import { expect, test } from 'vitest';
import { inspectCommand } from '../../src/commands/inspect/command.js';
import { convert, inspect } from '../../src/index.js';
import { compareStructure } from '../../src/verification/structure.js';
import { scratch } from '../files/scratch.js';

const DIGITS = path.join(import.meta.dirname, '../../fixtures/digits/digits_ts13_bn/model.onnx');

test.each(['onnx', 'tfjs', 'litert', 'coreml'])('what was written as %s says which nodes became which', async (to) => {
  const outDir = scratch();
  const { models } = await convert(DIGITS, { to: [to], outDir, check: false });
  const [artefact] = models[0]?.artefacts ?? [];
  const { models: inspected } = await inspect(DIGITS, { diff: artefact?.path ?? '' });
  const diff = inspected[0]?.diff;
  expect(diff).toMatchObject({ path: artefact?.path, format: to, by: 'origins', gone: [] });
  // Of every block that was merged, all nodes stand behind the nodes that have one of them behind them.
  for (const { sources } of models[0]?.fused ?? []) {
    const names = sources.map(({ name }) => name).sort();
    const pieces = diff?.changed.filter((piece) => piece.sources.some(({ name }) => names.includes(name))) ?? [];
    const behind = new Set(pieces.flatMap((piece) => piece.sources.map(({ name }) => name)));
    expect([...behind].filter((name) => names.includes(name)).sort()).toEqual(names);
  }
});

const node = (name: string, operator: string, inputs: string[], output: string) => ({
  ...{ name, operator, inputs },
  outputs: [output],
});
const port = (name: string) => ({ name, sourceName: name, dtype: undefined, shape: undefined });

/** A network of these nodes, from `x` to the last value. */
function networkOf(nodes: ReturnType<typeof node>[], [input, output]: readonly [string, string] = ['x', 'y']) {
  return {
    inputs: [port(input)],
    outputs: [port(output)],
    values: nodes.flatMap(({ outputs }) => outputs.map((name) => ({ name, sourceName: name }))),
    origins: new Map<string, readonly string[]>(),
    nodes: () => nodes,
  };
}

const source = networkOf([
  node('wide', 'Conv', ['x', 'w'], 'a'),
  node('narrow', 'Conv', ['x', 'v'], 'b'),
  node('sum', 'Add', ['a', 'b'], 'c'),
  node('bend', 'Relu', ['c'], 'd'),
  node('next', 'Conv', ['d', 'u'], 'e'),
  node('norm', 'BatchNormalization', ['e', 's'], 'y'),
]);

const named = ({ changed }: ReturnType<typeof compareStructure>) =>
  changed.map(({ sources, nodes }) => [
    sources
      .map(({ name }) => name)
      .sort()
      .join(' '),
    nodes.map(({ name }) => name).join(' '),
  ]);

test('values of one name are one value: what leads to it became what leads to it', () => {
  const fused = networkOf([
    node('one', 'Conv', ['x', 'm'], 'c'),
    node('two', 'Relu', ['c'], 'd'),
    node('three', 'Conv', ['d', 'n'], 'y'),
  ]);
  const diff = compareStructure(source, fused);
  expect(diff).toMatchObject({ by: 'names', same: 1, gone: [], added: [] });
  expect(named(diff)).toEqual([
    ['narrow sum wide', 'one'],
    ['next norm', 'three'],
  ]);
});

test('where no name is the same, ends and what fusing leaves alone tell', () => {
  const fused = networkOf(
    [node('1', 'Conv', ['in', 'm'], '10'), node('2', 'Relu', ['10'], '11'), node('3', 'Conv', ['11', 'n'], 'out')],
    ['in', 'out'],
  );
  const diff = compareStructure(source, fused);
  expect(diff).toMatchObject({ by: 'structure', same: 1, gone: [], added: [] });
  expect(named(diff)).toEqual([
    ['narrow sum wide', '1'],
    ['next norm', '3'],
  ]);
});

test('what stands for nothing came, and what nothing stands for went', () => {
  const cut = networkOf([node('one', 'Conv', ['x', 'm'], 'c'), node('cast', 'Cast', ['q'], 'z')], ['x', 'c']);
  const diff = compareStructure(source, cut);
  expect(diff.added).toEqual([{ name: 'cast', operator: 'Cast' }]);
  expect(diff.gone.map(({ name }) => name)).toEqual(['bend', 'next', 'norm']);
});

test('one model against one file', async () => {
  await expect(inspect([DIGITS, DIGITS], { diff: DIGITS })).rejects.toThrow(/--diff is of one model/);
  await expect(inspect(DIGITS, { diff: path.join(scratch(), 'missing.onnx') })).rejects.toMatchObject({ exitCode: 3 });
  const { models } = await inspect(DIGITS, { diff: DIGITS });
  expect(models[0]?.diff).toMatchObject({ changed: [], gone: [], added: [] });
});

test('without the other file nothing is said of the model', async () => {
  const audience = { onProgress() {}, isReportRead: false };
  const told = await inspectCommand.run([DIGITS], { diff: path.join(scratch(), 'missing.onnx') }, audience);
  const plain = (text: string) => text;
  const colours = { bold: plain, dim: plain, green: plain, red: plain, yellow: plain };
  expect(told.summary({ colours, verbose: false })).toBe('');
  expect(told.error).toMatchObject({ exitCode: 3 });
});
