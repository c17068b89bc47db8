import type { Check, StartedSource } from '../check/index.js';
import { nodesKeptInFloat32 } from '../formats/keep-fp32.js';
import { type Model, type Node, NotEquivalentError } from '../model/index.js';
import { sharesOf } from '../source/counts.js';
import { asCandidate } from './candidates.js';
import { keepFp32List } from './keep-fp32-list.js';

/** Beyond it float16 has infinity alone. */
export const LARGEST_FLOAT16 = 65504;

/** A node with the largest magnitude of its first result on the trial inputs. */
export interface Measured {
  readonly node: Node;
  readonly readers: readonly Node[];
  readonly magnitude: number;
}

/** Nodes whose results float16 cannot hold, on the trial inputs. */
export interface BeyondFloat16 {
  /** The first in the order of computing, and what it reaches. */
  readonly first: Node;
  readonly magnitude: number;
  /** How many there are. */
  readonly count: number;
  /** Of all multiply-accumulates, what these nodes and all that read their results take. */
  readonly share: number;
  /** For `--keep-fp32`: these nodes and all that read their results, since each of them has to stay in float32. */
  readonly toKeep: string;
}

/**
 * The largest magnitude of every node's first result over the trials, in the order of computing. Found on the float32 graph,
 * with each as an output: one number, so nothing large is kept.
 * @param fused its nodes are those of the result
 */
export async function magnitudesOf(check: Check, source: StartedSource, fused: Model): Promise<Measured[]> {
  const model = fused.copy();
  const { graph } = model;
  const originals = fused.graph.sorted();
  const outputs = graph.sorted().map((node) => {
    const value = node.outputs[0];
    if (value?.dtype !== 'float32') return undefined;
    const absolute = graph.insert({ operator: 'Abs', inputs: [value], origin: node.origin }).output();
    const largest = graph.insert({
      operator: 'ReduceMax',
      inputs: [absolute],
      attributes: { keepdims: 0 },
      origin: node.origin,
    });
    const output = largest.output();
    [output.dtype, output.shape] = ['float32', []];
    return output;
  });
  graph.setOutputs(outputs.filter((output) => output !== undefined));
  const magnitudes = await check.largest(await asCandidate(model), source);
  return originals.flatMap((node, index) => {
    const name = outputs[index]?.name;
    if (name === undefined) return [];
    const readers = new Set(node.outputs[0]?.uses.map((use) => use.node));
    return [{ node, readers: [...readers], magnitude: magnitudes.get(name) ?? 0 }];
  });
}

/**
 * All nodes whose results leave float16's range on the trial inputs.
 * @param keepFp32 names or globs of nodes that stay in float32 already
 * @returns undefined where all stays within, so that the error has another cause
 */
export async function beyondFloat16(
  check: Check,
  source: StartedSource,
  fused: Model,
  keepFp32: readonly string[],
): Promise<BeyondFloat16 | undefined> {
  const isKept = nodesKeptInFloat32(fused.graph, keepFp32);
  const measured = await magnitudesOf(check, source, fused);
  const beyond = measured.filter(({ node, readers, magnitude }) => {
    return magnitude > LARGEST_FLOAT16 && ![node, ...readers].every((each) => isKept.has(each));
  });
  const [first] = beyond;
  if (!first) return undefined;
  const toKeep = new Set([...isKept, ...beyond.flatMap(({ node, readers }) => [node, ...readers])]);
  const shares = sharesOf(fused.graph);
  return {
    first: first.node,
    magnitude: first.magnitude,
    count: beyond.length,
    share: [...toKeep].reduce((sum, node) => sum + (shares.get(node) ?? 0), 0),
    toKeep: keepFp32List(toKeep, fused.graph.sorted()),
  };
}

/** What to do besides, where seeded inputs were tried. */
export const GIVE_SMALLER = '; if your data are smaller than these inputs, give some with --inputs';

/**
 * The error of an artefact, with the nodes that leave the range and what can be done about it.
 * @param isLowered whether the same in float32 passes; else that is not proposed
 * @param isOnGivenInputs whether it was judged on inputs of the user; else they are proposed
 */
export function explained(
  error: NotEquivalentError,
  beyond: BeyondFloat16,
  { isLowered, isOnGivenInputs }: { readonly isLowered: boolean; readonly isOnGivenInputs: boolean },
) {
  const { first, count, share, toKeep } = beyond;
  const them = count === 1 ? 'it' : 'them';
  const takes =
    share > 0
      ? `: to keep ${them} and what reads ${them} in fp32 takes ${Number((100 * share).toPrecision(2))} % of the multiply-accumulates`
      : '';
  return new NotEquivalentError({
    what: `${error.what}; ${reaching(beyond)}${takes}`,
    where: { node: first.label, ...(error.where.value ? { value: error.where.value } : {}) },
    todo: isLowered
      ? `take --precision fp32, or keep ${them} and what reads ${them} in float32 with --keep-fp32 ${toKeep}${isOnGivenInputs ? '' : GIVE_SMALLER}`
      : (error.todo ?? ''),
    cause: error,
  });
}

/** What leaves the range, a part of a sentence. */
export function reaching({ first, magnitude, count }: Pick<BeyondFloat16, 'first' | 'magnitude' | 'count'>): string {
  const others = count === 1 ? '' : `, and so ${count === 2 ? 'does 1 more node' : `do ${count - 1} more nodes`}`;
  return `${first.operator} reaches ${magnitude.toPrecision(2)}, beyond fp16's ${LARGEST_FLOAT16}${others}`;
}
