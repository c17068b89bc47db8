import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { afterAll, describe, expect, test } from 'vitest';
import type { Artefact, Opened, Target } from '../../src/formats/format.js';
import { Tensor, UnsupportedError } from '../../src/model/index.js';
import { inversePermutation, permuteAxes } from '../../src/trials/axes.js';
import { readNpy } from '../../src/trials/npy.js';
import { allCases, type Case } from '../corpus.js';
import { closeEngines, run, targetOf, written } from '../formats/open/opened.js';
import { openModel } from './open-model.js';

afterAll(closeEngines);

interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

interface SourceNode {
  readonly name: string;
  readonly reads: readonly string[];
  readonly gives: readonly string[];
}

/** A source as it is run. */
interface Run {
  readonly input: string;
  readonly nodes: readonly SourceNode[];
  readonly values: Source;
}

/** Values of the source by name, each with what may differ of it: 1e-5, or twenty times what it is certain of itself. */
type Source = ReadonlyMap<string, Numbers & { readonly limit: number }>;

const ROUNDING = 1e-5;
const TIMES_NOISE = 20;

/** A source in ONNX Runtime that gives back every value that it computes. */
async function sessionOf(file: string): Promise<Pick<Run, 'nodes'> & { session: InferenceSession }> {
  const { ModelProto } = onnxProto.onnx;
  const model = ModelProto.decode(readFileSync(file));
  const { graph } = model;
  const declared = new Set((graph?.output ?? []).map(({ name }) => name));
  const computed = (graph?.node ?? []).flatMap(({ output }) => output ?? []);
  const added = computed.filter((name) => name && !declared.has(name)).map((name) => ({ name }));
  if (graph) graph.output = [...(graph.output ?? []), ...added];
  const data = `${file}.data`;
  const nodes = (graph?.node ?? []).map(({ name, input, output }) => ({
    name: name || (output?.find(Boolean) ?? ''),
    reads: input ?? [],
    gives: output ?? [],
  }));
  const session = await InferenceSession.create(ModelProto.encode(model).finish(), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
    ...(existsSync(data) && { externalData: [{ path: basename(data), data: readFileSync(data) }] }),
  });
  return { session, nodes };
}

/** Its float32 values, the input included; the same once more with every other pixel moved by its last place. */
async function sourceOf({ model }: Case, { shape, data }: Numbers): Promise<Run> {
  const { session, nodes } = await sessionOf(model);
  const [input = ''] = session.inputNames;
  const answers = async (fed: Float32Array) => {
    const all = await session.run({ [input]: new OrtTensor('float32', fed, shape) });
    const floats = Object.entries(all).filter(([, { type }]) => type === 'float32');
    return new Map<string, Numbers>(
      floats.map(([name, { dims, data: given }]) => [name, { shape: dims, data: given as Float32Array }]),
    );
  };
  const values = await answers(data);
  const nudged = await answers(data.map((value, i) => value * (1 + (i % 2) * 2 ** -23)));
  await session.release();
  const certain = Array.from(values, ([name, own]) => {
    return [name, { ...own, limit: Math.max(ROUNDING, TIMES_NOISE * difference(own, nudged.get(name))) }] as const;
  });
  return { input, nodes, values: new Map([[input, { shape, data, limit: ROUNDING }], ...certain]) };
}

/** Largest difference over the largest number; infinite where shapes differ, or beyond `enough` of it. */
function difference(a: Numbers, b: Numbers | undefined, enough = Number.POSITIVE_INFINITY): number {
  if (!b || String(a.shape) !== String(b.shape)) return Number.POSITIVE_INFINITY;
  let scale = 1e-30;
  for (const value of a.data) if (Math.abs(value) > scale) scale = Math.abs(value);
  let most = 0;
  for (let i = 0; i < a.data.length; i++) {
    const distance = Math.abs((a.data[i] ?? 0) - (b.data[i] ?? 0));
    if (distance > enough * scale) return Number.POSITIVE_INFINITY;
    if (distance > most) most = distance;
  }
  return most / scale;
}

function firstImage({ input }: Case): Numbers {
  const images = readNpy(readFileSync(input));
  const [count = 1, ...shape] = images.shape;
  return { shape: [1, ...shape], data: Float32Array.from(images.toFloat64().subarray(0, images.size / count)) };
}

function numbersOf(tensor: Tensor): Numbers {
  const { buffer, byteOffset, byteLength } = tensor.bytes.slice();
  return { shape: tensor.shape, data: new Float32Array(buffer, byteOffset, byteLength / 4) };
}

/**
 * The values of the source that a value may be: those that enter and leave the nodes that it stands for. What is computed
 * inside of these has no name, and what an operator computes on its way may be equal to another value by chance.
 */
function candidates(name: string, { origins }: Opened, { values, nodes }: Run): Source {
  const own = new Set(origins.get(name.split(':')[0] ?? ''));
  if (own.size === 0) return values;
  const [inside, outside] = [nodes.filter((node) => own.has(node.name)), nodes.filter((node) => !own.has(node.name))];
  const given = new Set(inside.flatMap(({ gives }) => gives));
  const readElsewhere = new Set(outside.flatMap(({ reads }) => reads));
  const enters = inside.flatMap(({ reads }) => reads).filter((value) => !given.has(value));
  const leaves = [...given].filter(
    (value) => readElsewhere.has(value) || !inside.some(({ reads }) => reads.includes(value)),
  );
  const near = new Set([...enters, ...leaves]);
  return new Map([...values].filter(([value]) => near.has(value)));
}

/** Names of the source's values that a value equals in ONNX's order of axes, or with the channels before the others. */
function equals(value: Tensor, source: Source): string[] {
  const rank = value.shape.length;
  const turned = rank < 3 ? [] : [permuteAxes(value, [0, rank - 1, ...[...value.shape.keys()].slice(1, -1)])];
  return [value, ...turned].map(numbersOf).flatMap((numbers) => {
    const equal = [...source].filter(([, own]) => difference(own, numbers, own.limit) <= own.limit);
    return equal.map(([name]) => name);
  });
}

/** Holds each float32 value of an artefact against all of the source. */
function judge(opened: Opened, answers: ReadonlyMap<string, Tensor>, source: Run) {
  const judged = { named: 0, lies: [] as string[], unnamed: [] as string[] };
  for (const { name, sourceName, permutation } of opened.values) {
    const answer = answers.get(name);
    if (answer?.dtype !== 'float32') continue;
    const own = source.values.get(sourceName);
    const isPublic = opened.outputs.some((port) => port.name === name);
    const value = permutation && !isPublic ? permuteAxes(answer, inversePermutation(permutation)) : answer;
    if (own && difference(own, numbersOf(value)) <= own.limit) judged.named++;
    else if (own) judged.lies.push(`${name} is not ${sourceName}`);
    else judged.unnamed.push(...equals(answer, candidates(name, opened, source)).map((equal) => `${name} is ${equal}`));
  }
  return judged;
}

/** undefined where the target cannot express the network. */
function writtenIfSaid(target: Target, file: string): Artefact | undefined {
  try {
    return written(target, openModel(file), { precision: 'fp32' });
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}

const cases = allCases().filter(({ name }) => !/fp16|training/.test(name));

describe.each(cases)('$name', (item) => {
  test('a value that equals one of the source bears its name in every artefact, and no other value does', async () => {
    const image = firstImage(item);
    const source = await sourceOf(item, image);
    const feeds = new Map([[source.input, Tensor.from('float32', image.shape, image.data)]]);
    for (const name of ['onnx', 'tfjs', 'litert', 'coreml']) {
      const target = await targetOf(name);
      const artefact = writtenIfSaid(target, item.model);
      if (!artefact) continue;
      const opened = target.open(artefact);
      const answers = await run(target, opened, feeds, { alsoOutputs: opened.values.map((value) => value.name) });
      const { named, ...wrong } = judge(opened, answers, source);
      expect({ name, ...wrong }).toEqual({ name, lies: [], unnamed: [] });
      expect(named, name).toBeGreaterThan(opened.values.length / 4);
    }
  });
});
