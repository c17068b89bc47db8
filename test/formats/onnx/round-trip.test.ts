import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onnx } from 'onnx-proto';
import { InferenceSession, type Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { type ReadOptions, readOnnx, writeOnnx } from '../../../src/formats/onnx/index.js';
import { onnxCodec } from '../../../src/formats/onnx/schema.js';
import type { Model } from '../../../src/model/index.js';
import { allCases } from '../../corpus.js';
import { feedsOf } from './feeds.js';

function optionsFor(path: string): ReadOptions {
  return {
    externalData: (location, offset, length) => {
      const all = new Uint8Array(readFileSync(join(dirname(path), location)));
      return all.subarray(offset, length === undefined ? undefined : offset + length);
    },
  };
}

/** The same bytes in the form that compares them at once. */
const view = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** All of a graph but its weights' bytes, which are compared apart. */
function outline({ graph, opsets, metadata, provenance }: Model) {
  const typed = (values: typeof graph.inputs) => values.map(({ name, dtype, shape }) => ({ name, dtype, shape }));
  const nodes = graph.sorted().map((node) => ({
    operator: node.operator,
    name: node.name,
    inputs: node.inputs.map((value) => value?.name),
    outputs: node.outputs.map((value) => value?.name),
    attributes: [...node.attributes].map(([name, { kind, value }]) =>
      kind === 'tensor' ? [name, kind, value.dtype, value.shape, view(value.bytes)] : [name, kind, value],
    ),
  }));
  return { inputs: typed(graph.inputs), outputs: typed(graph.outputs), nodes, opsets, metadata, provenance };
}

function weights({ graph }: Model): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const node of graph.sorted()) {
    for (const value of node.inputs) if (value?.constant) found.set(value.name, view(value.constant.bytes));
  }
  return found;
}

async function answersOf(model: Uint8Array | string, read: Model): Promise<Map<string, OrtTensor>> {
  const options = { graphOptimizationLevel: 'disabled', logSeverityLevel: 3, intraOpNumThreads: 1 } as const;
  // The two overloads take a path and bytes; one call cannot name both.
  const session = await (typeof model === 'string'
    ? InferenceSession.create(model, options)
    : InferenceSession.create(model, options));
  const answers = new Map(Object.entries(await session.run(feedsOf(read.graph))));
  await session.release();
  return answers;
}

function bytesOf({ data }: OrtTensor): Buffer {
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(JSON.stringify(data));
}

describe.each(allCases().map((each) => [each.name, each.model] as const))('%s', (_, path) => {
  const bytes = new Uint8Array(readFileSync(path));
  const options = optionsFor(path);

  test('read, written and read again is the same graph, and the same bytes', () => {
    const model = readOnnx(bytes, options);
    model.graph.check();
    const written = writeOnnx(model);
    const again = readOnnx(written);
    expect(outline(again)).toEqual({
      ...outline(model),
      provenance: { ...model.provenance, irVersion: Math.max(4, model.provenance.irVersion) },
    });
    const before = weights(model);
    const after = weights(again);
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    for (const [name, weight] of before) expect(after.get(name)?.equals(weight), name).toBe(true);
    expect(view(writeOnnx(again)).equals(written)).toBe(true);
  });

  test('ONNX Runtime answers the same for the written file, bit for bit', async () => {
    const model = readOnnx(bytes, options);
    const source = await answersOf(/external/.test(path) ? path : bytes, model);
    const written = await answersOf(writeOnnx(model), model);
    // Weights that may be overridden go through other kernels than fixed ones.
    const tolerance = model.notes.some((note) => note.includes('now fixed')) ? 1e-6 : 0;
    for (const [name, answer] of source) {
      const ours = written.get(name);
      expect(ours?.dims).toEqual(answer.dims);
      if (tolerance === 0) expect(ours && bytesOf(ours).equals(bytesOf(answer)), name).toBe(true);
      else expect(differenceOf(answer, ours)).toBeLessThan(tolerance);
    }
  });

  test('every field that onnx-proto finds in the file is found, with the same value', () => {
    const model = onnxCodec.decode('ModelProto', bytes, { dropped: new Map() });
    const found = compared(model, onnx.ModelProto.decode(bytes));
    expect(found.unlike).toEqual([]);
    expect(found.count).toBeGreaterThan(10 * (model.graph?.node.length ?? 0));
  });
});

function differenceOf(a: OrtTensor, b: OrtTensor | undefined): number {
  const [x, y] = [a.data, b?.data];
  if (!(x instanceof Float32Array && y instanceof Float32Array)) return Number.POSITIVE_INFINITY;
  const scale = x.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return x.reduce((max, value, i) => Math.max(max, Math.abs(value - (y[i] ?? Number.NaN))), 0) / scale;
}

/** What is documentation or is inferred again is not decoded; the rest has to be there. */
const LEFT_OUT = new Set(['docString', 'valueInfo', 'denotation', 'quantizationAnnotation', 'trainingInfo']);

/** How many values of theirs were looked for in ours, and where ours are others. */
function compared(ours: unknown, theirs: object) {
  const unlike: string[] = [];
  let count = 0;
  const compare = (mine: unknown, value: unknown, at: string) => {
    count++;
    if (Array.isArray(value)) {
      if (!Array.isArray(mine) || mine.length !== value.length) unlike.push(at);
      else for (const [i, each] of value.entries()) compare(mine[i], each, `${at}[${i}]`);
    } else if (value instanceof Uint8Array) {
      if (!(mine instanceof Uint8Array && view(mine).equals(value))) unlike.push(at);
    } else if (isMessage(value)) {
      for (const [name, field] of Object.entries(value)) {
        if (LEFT_OUT.has(name) || (name.endsWith('Data') && name !== 'rawData')) continue;
        compare(Reflect.get(Object(mine), name), field, `${at}.${name}`);
      }
    } else if (!Object.is(mine, plain(value))) unlike.push(at);
  };
  compare(ours, theirs, 'model');
  return { unlike, count };
}

const isLong = (value: object) => 'low' in value && 'high' in value;
const isMessage = (value: unknown): value is object => typeof value === 'object' && value !== null && !isLong(value);
const plain = (value: unknown) => (typeof value === 'object' && value !== null ? Number(value) : value);
