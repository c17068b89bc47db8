import { createHash } from 'node:crypto';
import { artefactNetwork, sourceNetwork } from '../../../src/check/pieces/network.js';
import type { Engine } from '../../../src/engines/index.js';
import type { Artefact, LowerOptions, Opened, Target } from '../../../src/formats/format.js';
import { readOnnx } from '../../../src/formats/onnx/index.js';
import { type Model, type Node, Tensor, type Value } from '../../../src/model/index.js';
import { optimize } from '../../../src/passes/pipeline.js';
import { lowerFor } from '../../../src/source/lower-for.js';
import { describeInputs, seededTrials } from '../../../src/trials/index.js';
import type { Bisected } from '../../../src/verification/bisect/bisect.js';
import { fromDisk } from '../../formats/open/opened.js';

/** What can go wrong with a node of the network that is written. */
export interface Fault {
  readonly name: string;
  readonly operators: readonly string[];
  /** @returns false where this node cannot have it; then nothing has changed */
  plant(node: Node): boolean;
}

/** Changes a constant operand, elements in place. */
function change(
  node: Node,
  index: number,
  edit: (elements: Float64Array, shape: readonly number[]) => Float64Array | undefined,
): boolean {
  const tensor = node.constant(index);
  const made = tensor && edit(tensor.toFloat64().slice(), tensor.shape);
  if (!tensor || !made) return false;
  node.graph.setInput(node, index, node.graph.addConstant(Tensor.from(tensor.dtype, tensor.shape, made)));
  return true;
}

/** Each of these moves an output far beyond rounding, wherever it is planted. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'one weight by 5 %',
    operators: ['Conv'],
    plant: (node) =>
      change(node, 1, (weights, [channels = 1]) => {
        const first = weights.subarray(0, weights.length / channels);
        const largest = first.reduce(
          (best, weight, i) => (Math.abs(weight) > Math.abs(first[best] ?? 0) ? i : best),
          0,
        );
        first[largest] = 1.05 * (first[largest] ?? 0);
        return weights;
      }),
  },
  {
    name: 'a kernel transposed',
    operators: ['Conv'],
    plant: (node) =>
      change(node, 1, (weights, [, , height = 1, width = 1]) => {
        if (height !== width || height === 1) return undefined;
        const area = height * width;
        return weights.map((_, i) => {
          const [y, x] = [Math.floor((i % area) / width), i % width];
          return weights[i - (i % area) + x * width + y] ?? 0;
        });
      }),
  },
  {
    name: 'a bias dropped',
    operators: ['Conv', 'Gemm'],
    plant: (node) => change(node, 2, (bias) => bias.fill(0)),
  },
  {
    name: 'one channel times 1.1',
    operators: ['Conv'],
    plant: (node) =>
      change(node, 1, (weights, [channels = 1]) =>
        weights.map((weight, i) => (i < weights.length / channels ? 1.1 * weight : weight)),
      ),
  },
  {
    name: 'channels in another order',
    operators: ['Conv'],
    plant: (node) =>
      change(node, 1, (weights, [channels = 1]) => {
        const each = weights.length / channels;
        return weights.map((_, i) => weights[(channels - 1 - Math.floor(i / each)) * each + (i % each)] ?? 0);
      }),
  },
  {
    name: 'a padding moved',
    operators: ['Conv'],
    plant(node) {
      const pads = node.ints('pads', undefined);
      if (!pads?.some((pad) => pad > 0)) return false;
      const [top = 0, left = 0, bottom = 0, right = 0] = pads;
      node.attributes.set('pads', { kind: 'ints', value: [top + 1, left, bottom - 1, right] });
      return true;
    },
  },
  {
    name: 'a ReLU dropped',
    operators: ['Relu'],
    plant(node) {
      const { graph } = node;
      const result = node.output();
      if (result.isOutput) return false;
      // As many nodes as before, and the name stays where it was.
      const { name, dtype, shape } = result;
      const once = graph.insert({ operator: 'Neg', inputs: [node.input(0)], origin: node.origin }).output();
      const twice = graph.insert({ operator: 'Neg', inputs: [once], origin: node.origin }).output();
      for (const value of [once, twice]) Object.assign(value, { dtype, shape });
      graph.replace(result, twice);
      graph.remove(node);
      twice.name = name;
      return true;
    },
  },
];

export const sha256 = (chunks: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
};

/** A network as the reference, and what is tried on it: the three seeded draws of its first setting. */
export async function referenceOf(bytes: Uint8Array, engine: Engine): Promise<Pick<Bisected, 'reference' | 'samples'>> {
  const { graph } = readOnnx(bytes);
  const [ways = []] = seededTrials(describeInputs(graph)).settings;
  const trials = ways[0]?.() ?? [];
  const samples = {
    size: trials.length,
    noisy: new Set([0, 2]),
    sample(index: number) {
      const trial = trials[index];
      if (!trial) throw new Error(`no sample ${index}`);
      return trial;
    },
  };
  const port = ({ name }: Value) => ({ name, sourceName: name, dtype: undefined, shape: undefined });
  const ports = { inputs: graph.inputs.map(port), outputs: graph.outputs.map(port) };
  return { samples, reference: await sourceNetwork({ bytes, ports, values: [], engine }) };
}

/** The network as it is written, with a fault in the node at a place among those that can have it. */
export function damaged(
  bytes: Uint8Array,
  fault: Fault,
  at: number,
): { model: Model; guilty: readonly string[] } | undefined {
  const model = readOnnx(bytes);
  optimize(model);
  const node = model.graph.nodesOf(...fault.operators)[at];
  if (!node) return undefined;
  const guilty = node.origin.map(({ name }) => name);
  return fault.plant(node) ? { model, guilty } : undefined;
}

/** Written and opened again. */
export function asWritten(target: Target, model: Model, options: LowerOptions = {}): Opened {
  return target.open(artefactOf(target, model, options));
}

export function artefactOf(target: Target, model: Model, options: LowerOptions = {}): Artefact {
  return fromDisk(target.write(lowerFor(target, model, options).program, 'model', sha256));
}

export function candidateOf(target: Target, opened: Opened, engine: Engine, rounded = false) {
  return artefactNetwork(target, opened, opened, { engine, rounded });
}
