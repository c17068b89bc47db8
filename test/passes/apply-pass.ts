import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import { type DataType, type Graph, type Model, type Node, sizeOf, type Value } from '../../src/model/index.js';
import { inferTypes } from '../../src/operators/infer.js';
import { Changes, type Pass } from '../../src/passes/pass.js';

/** Largest difference over largest absolute answer that an exact rewriting may show: rounding, not algebra. */
const ROUNDING = 1e-6;

/**
 * Runs a pass and proves it: links agree, public names, types and shapes are kept, ONNX Runtime (its own optimisations
 * off) gives the same numbers for the model before and after, every new node says what it stands for, and a second run
 * finds nothing. Sizes that are not known are tried as 2 and as 3.
 * @param tolerance 0 where the pass copies values
 * @returns the graph after the pass
 */
export async function expectExact(model: Model, pass: Pass, tolerance = ROUNDING): Promise<Graph> {
  const { graph } = model;
  inferTypes(graph);
  const before = { bytes: writeOnnx(model), inputs: portsOf(graph.inputs), outputs: portsOf(graph.outputs) };
  const known = new Set<Node>(graph.sorted());
  const changes = new Changes();
  pass.run(graph, changes);
  graph.check();
  expect(changes.count, `${pass.name} found something to do`).toBeGreaterThan(0);
  expect(portsOf(graph.inputs)).toEqual(before.inputs);
  expect(portsOf(graph.outputs)).toEqual(before.outputs);
  for (const node of graph.sorted()) {
    if (!known.has(node)) expect(node.origin, `${node.label} says what it stands for`).not.toHaveLength(0);
  }
  const again = new Changes();
  pass.run(graph, again);
  expect(again.count, `edits of a second run of ${pass.name}`).toBe(0);
  await expectSameAnswers(graph, before.bytes, writeOnnx(model), tolerance);
  return graph;
}

/** Runs a pass that has to leave a model as it is. */
export function expectUntouched(model: Model, pass: Pass): void {
  const { graph } = model;
  inferTypes(graph);
  const before = [...graph.sorted()];
  const changes = new Changes();
  pass.run(graph, changes);
  graph.check();
  expect(changes.count, `edits of ${pass.name}`).toBe(0);
  expect(graph.sorted()).toEqual(before);
}

/** Compares two files of one network on seeded inputs. */
export async function expectSameAnswers(
  graph: Graph,
  reference: Uint8Array,
  candidate: Uint8Array,
  tolerance: number,
): Promise<void> {
  const options = { graphOptimizationLevel: 'disabled', executionProviders: ['cpu'], logSeverityLevel: 3 } as const;
  const sessions = await Promise.all([reference, candidate].map((bytes) => InferenceSession.create(bytes, options)));
  for (const unknownSize of [2, 3]) {
    const feeds = Object.fromEntries(graph.inputs.map((value) => [value.name, draw(value, unknownSize)]));
    const [expected, actual] = await Promise.all(sessions.map((session) => session.run(feeds)));
    for (const { name } of graph.outputs) {
      const [a, b] = [expected?.[name], actual?.[name]];
      expect(b?.dims, `shape of ${name}`).toEqual(a?.dims);
      expect(differenceOf(a, b), `relative difference of ${name}`).toBeLessThanOrEqual(tolerance);
    }
  }
  await Promise.all(sessions.map((session) => session.release()));
}

function portsOf(values: readonly Value[]) {
  return values.map(({ name, dtype, shape }) => ({ name, dtype, shape }));
}

/** Repeatable numbers of about unit size, none of them special. */
function draw(value: Value, unknownSize: number): OrtTensor {
  const dims = (value.shape ?? []).map((size) => (typeof size === 'number' ? size : unknownSize));
  const numbers = Array.from(
    { length: sizeOf(dims) },
    (_, i) => 2 * Math.sin(12.9898 * (i + 1) + 78.233 * unknownSize),
  );
  return tensorOf(value.dtype, numbers, dims);
}

function tensorOf(dtype: DataType | undefined, numbers: readonly number[], dims: readonly number[]): OrtTensor {
  if (dtype === 'int64')
    return new OrtTensor(
      'int64',
      BigInt64Array.from(numbers, (v) => BigInt(Math.trunc(v))),
      dims,
    );
  if (dtype === 'bool')
    return new OrtTensor(
      'bool',
      Uint8Array.from(numbers, (v) => (v > 0 ? 1 : 0)),
      dims,
    );
  return new OrtTensor('float32', Float32Array.from(numbers), dims);
}

function differenceOf(expected: OrtTensor | undefined, actual: OrtTensor | undefined): number {
  const [a, b] = [expected, actual].map((tensor) => Array.from((tensor?.data ?? []) as ArrayLike<number>, Number));
  if (!a || a.length === 0 || a.length !== b?.length) return Number.POSITIVE_INFINITY;
  const largest = Math.max(...a.map(Math.abs)) || 1;
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN)))) / largest;
}
