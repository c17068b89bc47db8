import type { Check, StartedSource } from '../check/index.js';
import { nodesKeptInFloat32 } from '../formats/keep-fp32.js';
import { type Model, type Node, NotEquivalentError } from '../model/index.js';
import { asCandidate } from './candidates.js';
import { keepFp32List } from './keep-fp32-list.js';

const LARGEST = 65504;

/** Nodes whose results float16 cannot hold, on the trial inputs. */
export interface BeyondFloat16 {
  /** The first in the order of computing, and what it reaches. */
  readonly first: Node;
  readonly magnitude: number;
  /** How many there are. */
  readonly count: number;
  /** For `--keep-fp32`: these nodes and all that read their results, since each of them has to stay in float32. */
  readonly toKeep: string;
}

/**
 * All nodes whose results leave float16's range on the trial inputs. Found on the float32 graph, with the largest magnitude
 * of every result as an output: one number each, so nothing large is kept.
 * @param keepFp32 names or globs of nodes that stay in float32 already
 * @returns undefined where all stays within, so that the error has another cause
 */
export async function beyondFloat16(
  check: Check,
  source: StartedSource,
  fused: Model,
  keepFp32: readonly string[],
): Promise<BeyondFloat16 | undefined> {
  const model = fused.copy();
  const { graph } = model;
  const nodes = [...graph.sorted()];
  const isKept = nodesKeptInFloat32(graph, keepFp32);
  const measured = nodes.flatMap((node) => {
    const value = node.outputs[0];
    if (value?.dtype !== 'float32') return [];
    const readers = new Set(value.uses.map((use) => use.node));
    const absolute = graph.insert({ operator: 'Abs', inputs: [value], origin: node.origin }).output();
    const largest = graph.insert({
      operator: 'ReduceMax',
      inputs: [absolute],
      attributes: { keepdims: 0 },
      origin: node.origin,
    });
    const output = largest.output();
    [output.dtype, output.shape] = ['float32', []];
    const kept = [node, ...readers];
    return kept.every((each) => isKept.has(each)) ? [] : [{ node, output, kept }];
  });
  graph.setOutputs(measured.map(({ output }) => output));
  const magnitudes = await check.largest(await asCandidate(model), source);
  const magnitudeOf = ({ output }: (typeof measured)[number]) => magnitudes.get(output.name) ?? 0;
  const beyond = measured.filter((each) => magnitudeOf(each) > LARGEST);
  const [first] = beyond;
  if (!first) return undefined;
  const toKeep = new Set([...isKept, ...beyond.flatMap(({ kept }) => kept)]);
  return {
    first: first.node,
    magnitude: magnitudeOf(first),
    count: beyond.length,
    toKeep: keepFp32List(toKeep, nodes),
  };
}

/** The error of an artefact, with the nodes that leave the range and what can be done about it. */
export function explained(error: NotEquivalentError, { first, magnitude, count, toKeep }: BeyondFloat16) {
  const reached = `${first.operator} reaches ${magnitude.toPrecision(2)}, beyond fp16's ${LARGEST}`;
  const others = count === 1 ? '' : `, and so ${count === 2 ? 'does 1 more node' : `do ${count - 1} more nodes`}`;
  return new NotEquivalentError({
    what: `${error.what}; ${reached}${others}`,
    where: { node: first.label, ...(error.where.value ? { value: error.where.value } : {}) },
    todo:
      `take --precision fp32, or keep ${count === 1 ? 'it' : 'them'} and what reads ${count === 1 ? 'it' : 'them'} ` +
      `in float32 with --keep-fp32 ${toKeep}; if your data are smaller than these inputs, give some with --inputs`,
    cause: error,
  });
}
