import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import type { LowerOptions, Opened, Target } from '../../../src/formats/format.js';
import type { FormatOptions } from '../../../src/formats/index.js';
import type { Model } from '../../../src/model/index.js';
import { normaliseImage } from '../../../src/source/normalise-image.js';
import { openModel } from '../../corpus/open-model.js';
import { allCases } from '../../corpus.js';
import { network } from '../../network.js';
import { targetOf, written } from './opened.js';

const NAMES = ['onnx', 'tfjs', 'coreml', 'litert'] as const;

function caseOf(name: string): string {
  const found = allCases().find((each) => each.name === name);
  if (!found) throw new Error(`no case ${name}`);
  return found.model;
}

async function openedFrom(
  name: Target['name'],
  model: Model,
  options: LowerOptions & FormatOptions = {},
): Promise<Opened> {
  const target = await targetOf(name);
  return target.open(written(target, model, options));
}

interface Facts {
  readonly name: string;
  readonly shape: readonly (number | undefined)[];
}

/** What ONNX Runtime says of a file: names, and sizes where they are numbers. */
async function factsOf(file: string): Promise<{ inputs: Facts[]; outputs: Facts[] }> {
  const session = await InferenceSession.create(file, { logSeverityLevel: 4 });
  const read = (list: readonly InferenceSession.ValueMetadata[]) =>
    list.map((value) => ({
      name: value.name,
      shape: value.isTensor
        ? value.shape.map((size) => (typeof size === 'number' && size >= 0 ? size : undefined))
        : [],
    }));
  const facts = { inputs: read(session.inputMetadata), outputs: read(session.outputMetadata) };
  await session.release();
  return facts;
}

/** Sizes of a port in the source's order. */
function inSource({ inputs, outputs }: Opened, batch?: number): { inputs: Facts[]; outputs: Facts[] } {
  const turn = (ports: Opened['inputs']) =>
    ports.map(({ sourceName, shape = [], permutation }) => {
      const sizes = shape.map((_, axis) => shape[permutation ? permutation.indexOf(axis) : axis]);
      return { name: sourceName, shape: batch === undefined ? sizes : sizes.map((size, i) => (i ? size : undefined)) };
    });
  return { inputs: turn(inputs), outputs: turn(outputs) };
}

describe.each(NAMES)('%s opened from its bytes', (name) => {
  test.each(['digits_te18', 'digits_ts17_dynamic', 'mobileone_s0_ts13', 'deeplabv3_mobileone_s0_ts13'])(
    'has the inputs and outputs of %s',
    async (source) => {
      const file = caseOf(source);
      const opened = await openedFrom(name, openModel(file));
      // Core ML has one image at a time where the source takes any number.
      const isFixed = name === 'coreml' && source.endsWith('dynamic');
      expect(inSource(opened, isFixed ? 1 : undefined)).toEqual(await factsOf(file));
      expect(opened.inputs.map(({ dtype }) => dtype)).toEqual(['float32']);
      expect(opened.precision).toBe(name === 'coreml' ? 'fp16' : 'fp32');
      expect({ labels: opened.labels, image: opened.image, notes: opened.notes }).toEqual({
        labels: undefined,
        image: undefined,
        notes: [],
      });
    },
  );

  test('says in which precision most of its weights are', async () => {
    const file = caseOf('mobileone_s0_ts13');
    expect((await openedFrom(name, openModel(file), { precision: 'fp16' })).precision).toBe('fp16');
    expect((await openedFrom(name, openModel(file), { precision: 'fp32' })).precision).toBe('fp32');
  });

  test.each([
    ['rgb', { onnx: 'rgb', tfjs: 'rgb', litert: 'rgb', coreml: 'rgb' }],
    ['bgr', { onnx: 'bgr', tfjs: 'rgb', litert: 'rgb', coreml: 'bgr' }],
  ] as const)('says class names and how a network of %s takes pixels', async (order, colours) => {
    const model = openModel(caseOf('mobileone_s0_ts13'));
    const labels = Array.from({ length: 1000 }, (_, index) => `class "${index}"`);
    const image = normaliseImage(model, order, [0.1, 0.2, 0.3], [0.5]);
    const opened = await openedFrom(name, model, { image, labels });
    expect(opened.labels).toEqual(labels);
    expect(opened.image).toEqual({ order, mean: [0.1, 0.2, 0.3], std: [0.5, 0.5, 0.5] });
    expect(opened.inputs.map((port) => port.colours)).toEqual([colours[name]]);
  });

  test('says that an image of one channel is gray', async () => {
    const model = openModel(caseOf('digits_te18'));
    const image = normaliseImage(model, 'gray');
    const opened = await openedFrom(name, model, { image });
    expect(opened.inputs.map((port) => port.colours)).toEqual(['gray']);
    expect(opened.image).toEqual({ order: 'gray', mean: [0], std: [1] });
  });
});

describe('a TensorFlow.js model', () => {
  test.each([
    ['nhwc', [0, 2, 3, 1], [1, 32, 32, 1]],
    ['nchw', undefined, [1, 1, 32, 32]],
  ] as const)('takes images in the layout %s', async (inputLayout, permutation, shape) => {
    const opened = await openedFrom('tfjs', openModel(caseOf('digits_te18')), { inputLayout });
    expect(opened.inputs[0]).toMatchObject({ permutation, shape });
  });

  test('says with uint8 weights that it has those', async () => {
    const opened = await openedFrom('tfjs', openModel(caseOf('mobileone_s0_ts13')), { precision: 'int8' });
    expect(opened.precision).toBe('int8');
  });
});

test('a Core ML classifier has a label that is no tensor and a table of as many numbers as there are classes', async () => {
  const labels = Array.from('0123456789');
  const opened = await openedFrom('coreml', openModel(caseOf('digits_te18')), { labels });
  expect(opened.outputs.map(({ name, dtype, shape }) => ({ name, dtype, shape }))).toEqual([
    { name: 'classLabel', dtype: undefined, shape: undefined },
    { name: 'classLabel_probs', dtype: 'float32', shape: [1, 10] },
  ]);
  expect(opened.values.map(({ name }) => name)).toContain('logits');
});

test('an ONNX file is opened with the weights beside it', async () => {
  const target = await targetOf('onnx');
  const file = caseOf('digits_te18_external');
  const folder = path.dirname(file);
  const bytes = new Uint8Array(readFileSync(file));
  const [data = ''] = readdirSync(folder).filter((name) => name.endsWith('.data'));
  const files = new Map([
    ['', [bytes]],
    [data, [new Uint8Array(readFileSync(path.join(folder, data)))]],
  ]);
  expect(target.open({ files, commits: '' }).precision).toBe('fp32');
});

test('an image that nobody can find among the inputs is refused', async () => {
  const target = await targetOf('onnx');
  const model = network((n) => n.relu(n.input([1, 8])));
  model.metadata.set('mobileone.image', '{"order":"rgb","mean":[0,0,0],"std":[1,1,1]}');
  expect(() => target.open(written(target, model))).toThrow(/0 of its inputs/);
});
