import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convert } from '../../src/commands/convert/convert.js';
import { inspect } from '../../src/commands/inspect/inspect.js';
import type { FormatDeclaration, Opened, Target } from '../../src/formats/format.js';
import { register, unregister } from '../../src/formats/index.js';
import { onnx } from '../../src/formats/onnx/target.js';
import { encodeModel } from '../../src/formats/onnx/write.js';
import { asOneChunk, type Graph, type Model, NotEquivalentError, UnsupportedError } from '../../src/model/index.js';
import { oneOf } from '../../src/option-kinds.js';
import { digitsCases } from '../corpus.js';

const MAGIC = new TextEncoder().encode('TOY1');

/** ONNX behind four bytes. It knows no Sigmoid, and answers wrongly where that is asked for. */
const declaration: FormatDeclaration = {
  name: 'toy',
  title: 'Toy',
  suffix: '.toy',
  engine: 'onnxruntime',
  placement: {
    kind: 'file',
    main: '',
    ours: 'a toy',
    owns: (files) => new TextDecoder().decode(files.read('', 0, MAGIC.length)) === 'TOY1',
    isData: () => false,
  },
  arithmetic: new Map([['fp32', 'fp32']]),
  defaultPrecision: () => 'fp32',
  colours: (order) => order,
  options: { mood: { kind: oneOf('right', 'wrong'), flag: '--mood <mood>', help: 'whether it answers right (right)' } },
};

interface Mood {
  readonly mood?: 'right' | 'wrong';
}

const toy: Target<Model, Mood> = {
  ...declaration,
  operators: undefined,
  lower(model, { mood }) {
    const { graph } = model;
    const refused = graph.sorted().filter((node) => node.is('Sigmoid'));
    if (refused.length > 0) {
      const unsupported = refused.map(({ label }) => ({
        target: 'toy',
        node: label,
        operator: 'Sigmoid',
        reason: 'toys know none',
      }));
      throw new UnsupportedError({ what: 'a toy cannot express it' }, unsupported);
    }
    if (mood === 'wrong') negateInput(graph);
    return { program: model, inputs: [], outputs: [], notes: ['it is a toy'] };
  },
  write: (model) => ({ files: new Map([['', [MAGIC, ...encodeModel(model)]]]), commits: '' }),
  open({ files }) {
    const bytes = asOneChunk(files.get('') ?? []).subarray(MAGIC.length);
    return onnx.open({ files: new Map([['', [bytes]]]), commits: '' });
  },
  runnable: (opened, options) => onnx.runnable(opened as Opened<never>, options),
};

function negateInput(graph: Graph): void {
  const [input] = graph.inputs;
  if (!input) return;
  const readers = input.uses;
  const negated = graph.insert({ operator: 'Neg', inputs: [input], origin: [] });
  for (const { node, index } of readers) graph.setInput(node, index, negated.output());
}

let folder = '';
beforeAll(() => {
  register(declaration, async () => toy);
  folder = mkdtempSync(path.join(tmpdir(), 'toy-'));
});
afterAll(() => {
  unregister('toy');
  rmSync(folder, { recursive: true });
});

const [digits] = digitsCases().filter(({ name }) => name === 'digits_te18');
const [gated] = digitsCases().filter(({ name }) => name.includes('se'));
const source = digits?.model ?? '';

test('is written, opened, judged and put in place beside others', async () => {
  const report = await convert(source, { to: ['toy', 'onnx'], outDir: folder, name: 'digits' });
  const [artefact] = report.models[0]?.artefacts ?? [];
  expect(artefact).toMatchObject({ target: 'toy', precision: 'fp32', written: true });
  expect(artefact?.notes).toContain('it is a toy');
  expect(artefact?.check).toMatchObject({ verdict: 'equivalent', engine: { name: 'onnxruntime-node' } });
  expect(readdirSync(folder).sort()).toEqual(['digits.fused.onnx', 'digits.toy']);
});

test('replaces its own file, and nothing else', async () => {
  await convert(source, { to: ['toy'], outDir: folder, name: 'digits', check: false });
  writeFileSync(path.join(folder, 'notes.toy'), 'mine');
  await expect(convert(source, { to: ['toy'], outDir: folder, name: 'notes' })).rejects.toThrow(
    'exists and is not a toy',
  );
});

test('is not put in place where it answers otherwise, which its own option asks for', async () => {
  const asked = (mood: string): object => ({ to: ['toy'], outDir: folder, name: 'wrong', mood });
  await expect(convert(source, asked('wrong'))).rejects.toThrow(NotEquivalentError);
  expect(existsSync(path.join(folder, 'wrong.toy'))).toBe(false);
  await expect(convert(source, asked('sad'))).rejects.toThrow(/--mood: "sad" is not one of right, wrong/);
});

test('is refused a precision that it has not', async () => {
  await expect(convert(source, { to: ['toy'], precision: 'fp16' })).rejects.toThrow(
    /--precision fp16 is for .*, not toy/,
  );
});

test('is among the targets that inspect judges, with what it refuses', async () => {
  const refusal = (model: string) =>
    inspect(model).then(({ models }) => models[0]?.targets.find(({ target }) => target === 'toy'));
  expect((await refusal(source))?.unsupported).toEqual([]);
  expect((await refusal(gated?.model ?? ''))?.unsupported[0]).toMatchObject({
    operator: 'Sigmoid',
    reason: 'toys know none',
  });
});
