import type { Check, Program, StartedSource } from '../check/index.js';
import { loadOnnx } from '../formats/index.js';
import { nodesKeptInFloat32 } from '../formats/keep-fp32.js';
import { type Model, type Node, NotEquivalentError } from '../model/index.js';

const LARGEST = 65504;
/** More names than this are no advice. */
const LISTED = 12;

/** A value that float16 cannot hold, on the trial inputs. */
export interface Beyond {
  readonly node: Node;
  readonly magnitude: number;
  /** The node and all that read the value: each of them has to stay in float32. */
  readonly kept: readonly Node[];
}

/**
 * The first node, in the order of computing, whose result leaves float16's range on the trial inputs. Found on the
 * float32 graph, with the largest magnitude of every result as an output: one number each, so nothing large is kept.
 * @param keepFp32 names or globs of nodes that stay in float32 already
 * @returns undefined where all stays within, so that the error has another cause
 */
export async function firstBeyondFloat16(
  check: Check,
  source: StartedSource,
  fused: Model,
  keepFp32: readonly string[],
): Promise<Beyond | undefined> {
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
  const magnitudes = await check.largest(await programOf(model), source);
  for (const { node, output, kept } of measured) {
    const magnitude = magnitudes.get(output.name);
    if (magnitude !== undefined && magnitude > LARGEST) return { node, magnitude, kept };
  }
  return undefined;
}

async function programOf(model: Model): Promise<Program> {
  const { writeOnnx } = await loadOnnx();
  const { inputs, outputs } = model.graph;
  const port = ({ name }: { readonly name: string }) => ({ name, artefactName: name, dtype: 'float32' as const });
  return {
    payload: { model: writeOnnx(model) },
    inputs: inputs.map((value) => ({ ...port(value), dtype: value.dtype ?? 'float32' })),
    outputs: outputs.map(port),
  };
}

/** The error of an artefact, with the node that leaves the range and what can be done about it. */
export function explained(
  error: NotEquivalentError,
  { node, magnitude, kept }: Beyond,
  keepFp32: readonly string[],
): NotEquivalentError {
  const names = new Set([...keepFp32, ...kept.map(({ label }) => label)]);
  return new NotEquivalentError({
    what: `${error.what}; ${node.operator} reaches ${magnitude.toPrecision(2)}, beyond fp16's ${LARGEST}`,
    where: { node: node.label, ...(error.where.value ? { value: error.where.value } : {}) },
    todo:
      names.size > LISTED
        ? `it has ${kept.length - 1} readers: take --precision fp32`
        : `keep it and what reads it in float32 with --keep-fp32 ${[...names].join(',')}, or take --precision fp32`,
    cause: error,
  });
}
