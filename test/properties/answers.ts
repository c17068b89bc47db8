import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Graph, sizeOf } from '../../src/model/index.js';

export type Answers = ReadonlyMap<string, { readonly dims: readonly number[]; readonly data: Float32Array }>;

/**
 * What ONNX Runtime answers, its own optimisations off, on fixed inputs of unit size.
 * @param nudge relative change of every other input element; one unit in the last place tells how well a network is conditioned
 */
export async function answers(
  bytes: Uint8Array,
  graph: Graph,
  sizes: Readonly<Record<string, number>>,
  nudge = 0,
): Promise<Answers> {
  const session = await InferenceSession.create(bytes, { graphOptimizationLevel: 'disabled', logSeverityLevel: 3 });
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, shape }) => {
      const dims = (shape ?? []).map((size) => (typeof size === 'number' ? size : (sizes[size] ?? 1)));
      const data = Float32Array.from(
        { length: sizeOf(dims) },
        (_, i) => 2 * Math.sin(12.9898 * (i + 1)) * (1 + (i % 2) * nudge),
      );
      return [name, new Tensor('float32', data, dims)];
    }),
  );
  const results = await session.run(feeds);
  await session.release();
  return new Map(
    Object.entries(results).map(([name, tensor]) => [name, { dims: tensor.dims, data: tensor.data as Float32Array }]),
  );
}

/** The largest difference of any output, relative to that output's largest answer; infinite where shapes differ. */
export function differenceOfAnswers(expected: Answers, actual: Answers): number {
  let worst = 0;
  for (const [name, a] of expected) {
    const b = actual.get(name);
    if (!b || String(b.dims) !== String(a.dims)) return Number.POSITIVE_INFINITY;
    let [most, scale] = [0, 1e-30];
    for (const [i, value] of a.data.entries()) {
      const difference = Math.abs(value - (b.data[i] ?? Number.NaN));
      if (Number.isNaN(difference) && !Number.isNaN(value)) return Number.POSITIVE_INFINITY;
      if (difference > most) most = difference;
      if (Math.abs(value) > scale) scale = Math.abs(value);
    }
    worst = Math.max(worst, most / scale);
  }
  return worst;
}
