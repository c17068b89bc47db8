import { createHash } from 'node:crypto';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { arrange } from '../../src/layout/order.js';
import { type DataType, type Model, type Shape, sizeOf, stridesOf } from '../../src/model/index.js';

/** A tensor in the source's order of axes. */
export interface Answer {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

export type Answers = ReadonlyMap<string, Answer>;

export const sha256 = (chunks: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
};

/** The answer with its axes in another order: axis k is axis `permutation[k]` of what was given. */
export function turned(answer: Answer | undefined, permutation: readonly number[] | undefined): Answer {
  if (!answer) throw new Error('a feed is missing');
  if (!permutation) return answer;
  const shape = arrange(answer.shape, permutation);
  const strides = arrange(stridesOf(answer.shape), permutation);
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    let [rest, at] = [i, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] ?? 1;
      at += (rest % size) * (strides[axis] ?? 0);
      rest = Math.floor(rest / size);
    }
    return answer.data[at] ?? 0;
  });
  return { shape, data };
}

const ARRAYS = { float32: Float32Array, int64: BigInt64Array, int32: Int32Array, bool: Uint8Array } as const;

/** What ONNX Runtime answers with its own optimisations off. */
export async function answersOfSource(bytes: Uint8Array, model: Model, feeds: Answers): Promise<Answers> {
  const session = await InferenceSession.create(bytes, { graphOptimizationLevel: 'disabled', logSeverityLevel: 3 });
  const inputs = Object.fromEntries(
    model.graph.inputs.map(({ name, dtype }) => {
      const { shape, data } = feeds.get(name) ?? { shape: [], data: [] };
      const type = dtype === 'int64' || dtype === 'int32' || dtype === 'bool' ? dtype : 'float32';
      const values = type === 'int64' ? BigInt64Array.from(Array.from(data), BigInt) : ARRAYS[type].from(data);
      return [name, new OrtTensor(type, values as Float32Array, shape)];
    }),
  );
  const results = await session.run(inputs);
  await session.release();
  return new Map(
    Object.entries(results).map(([name, { dims, data }]) => [
      name,
      { shape: dims, data: Float64Array.from(data as Float32Array, Number) },
    ]),
  );
}

/** Fixed numbers from -1 to 3, so that means do not cancel; whole ones from 0 to 2 for integers, which fit small axes and masks. */
export function feedsFor(model: Model, sizes: Readonly<Record<string, number>> = {}): Answers {
  return new Map(
    model.graph.inputs.map(({ name, shape, dtype }, index) => {
      const dims = sizesOf(shape, sizes);
      const draw = (i: number) => Math.sin(12.9898 * (i + 1) + index) * 43758.5453;
      const fraction = (i: number) => draw(i) - Math.floor(draw(i));
      const data = Float64Array.from({ length: sizeOf(dims) }, (_, i) => drawnAs(dtype, fraction(i)));
      return [name, { shape: dims, data }];
    }),
  );
}

function drawnAs(dtype: DataType | undefined, fraction: number): number {
  if (dtype === 'bool') return Number(fraction > 0.5);
  return dtype === 'int64' || dtype === 'int32' ? Math.floor(3 * fraction) : 4 * fraction - 1;
}

function sizesOf(shape: Shape | undefined, sizes: Readonly<Record<string, number>>): number[] {
  return (shape ?? []).map((size) => (typeof size === 'number' ? size : (sizes[size] ?? 1)));
}

/** Largest difference relative to the largest answer; infinite where shapes or places of NaN differ. */
export function difference(expected: Answer | undefined, actual: Answer | undefined): number {
  if (!expected || !actual || expected.shape.join() !== actual.shape.join()) return Number.POSITIVE_INFINITY;
  let [most, scale] = [0, 1e-30];
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [Number(expected.data[i]), Number(actual.data[i])];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    const distance = Math.abs(a - b);
    if (!Number.isFinite(distance)) return Number.POSITIVE_INFINITY;
    most = Math.max(most, distance);
    scale = Math.max(scale, Math.abs(a));
  }
  return most / Math.max(scale, largest(expected.data));
}

function largest(data: ArrayLike<number>): number {
  let scale = 0;
  for (let i = 0; i < data.length; i++) if (Number.isFinite(data[i])) scale = Math.max(scale, Math.abs(data[i] ?? 0));
  return scale;
}
