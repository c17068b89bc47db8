import { bytesOf, float16ArrayFrom, sizeOf } from '../../model/index.js';
import type { Precision } from '../format.js';
import { operations } from './operations/index.js';
import type { Data, ProgramOperator, ProgramTensor, Quantization } from './program.js';
import type { BuiltOperator, Ref } from './program-builder.js';

/** Below this many elements a constant stays float32: the file gets no smaller and the answer worse. */
const LEAST_QUANTIZED = { fp16: 1024, int8: 64 };
const LARGEST_FLOAT16 = 65504;
const LARGEST_STEP = 127;

/** Which axis of the weight of an operator has a scale for each element. */
const CHANNELS: ReadonlyMap<string, number> = new Map([
  ['CONV_2D', 0],
  ['FULLY_CONNECTED', 0],
  ['TRANSPOSE_CONV', 0],
  ['DEPTHWISE_CONV_2D', 3],
]);

/** The constants of a program as they are stored. */
export interface Stored {
  /** What operators read: of a constant that is stored otherwise, the result of turning it back. */
  readonly tensors: ReadonlyMap<Ref, ProgramTensor>;
  /** Turn constants back into float32; they come before all others. */
  readonly operators: readonly ProgramOperator[];
  readonly notes: readonly string[];
}

/**
 * How each constant is stored at a precision: kernels that would read halves or integers in place of floats refuse them, are
 * slower or wrong, so that those are turned back by an operator of their own, which runtimes do once.
 */
export function storeConstants(
  operators: readonly BuiltOperator[],
  precision: Precision | undefined,
  nameOf: (ref: Ref) => string,
): Stored {
  const tensors = new Map<Ref, ProgramTensor>();
  const turned: ProgramOperator[] = [];
  const notes: string[] = [];
  for (const { operation, inputs } of operators) {
    inputs.forEach((ref, index) => {
      if (!ref.constant || tensors.has(ref)) return;
      const plain = plainTensor(ref, nameOf(ref));
      const small = smaller(ref, precision, index === 1 ? CHANNELS.get(operation.name) : undefined);
      if (typeof small === 'string') notes.push(`${plain.name} stays float32: it holds numbers ${small}`);
      if (!small || typeof small === 'string') {
        tensors.set(ref, plain);
        return;
      }
      const { name, type, shape } = plain;
      const result = { name, type, shape };
      tensors.set(ref, result);
      turned.push(turnedBack({ ...small, name: `${name}/stored`, shape }, result));
    });
  }
  return { tensors, operators: turned, notes };
}

function turnedBack(stored: ProgramTensor, result: ProgramTensor): ProgramOperator {
  const operation = operations.get('DEQUANTIZE');
  if (!operation) throw new Error('there is no DEQUANTIZE');
  return { operation, inputs: [stored], outputs: [result], options: {} };
}

/** A constant as it is computed with. */
export function plainTensor({ type, shape, ints, constant }: Ref, name: string): ProgramTensor {
  const width = type === 'bool' ? 1 : 4;
  const data = constant && { byteLength: width * sizeOf(shape), bytes: () => bytesOf(constant.elements()) };
  return { name, type, shape, ints, data };
}

type Small = Pick<ProgramTensor, 'type' | 'data' | 'quantization'>;

/** @returns undefined where a constant stays as it is, with what it holds where that is why */
function smaller(ref: Ref, precision: Precision | undefined, axis: number | undefined): Small | string | undefined {
  const { type, shape, constant } = ref;
  if (precision !== 'fp16' && precision !== 'int8') return undefined;
  if (!constant || type !== 'float32' || constant.keepsPrecision || sizeOf(shape) < LEAST_QUANTIZED[precision])
    return undefined;
  const elements = constant.elements();
  const largest = magnitudeOf(elements);
  if (!Number.isFinite(largest)) return 'that are not finite';
  if (precision === 'int8') return { type: 'int8', ...inSteps(elements, shape, axis) };
  if (largest > LARGEST_FLOAT16) return `beyond ${LARGEST_FLOAT16}`;
  const halves = () => bytesOf(float16ArrayFrom(Float32Array.from(elements)).bits);
  return { type: 'float16', data: { byteLength: 2 * sizeOf(shape), bytes: halves } };
}

/** The largest magnitude; NaN where one of them is. */
function magnitudeOf(elements: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < elements.length; i++) largest = Math.max(largest, Math.abs(elements[i] ?? 0));
  return largest;
}

/** In 127 steps to each side of 0, each channel by a scale of its own, or all by one. */
function inSteps(
  elements: ArrayLike<number>,
  shape: readonly number[],
  axis: number | undefined,
): { data: Data; quantization: Quantization } {
  const channels = axis === undefined ? 1 : (shape[axis] ?? 1);
  // Elements of one channel lie so many apart, and each of them is followed by so many of the same.
  const inner = axis === undefined ? elements.length : sizeOf(shape.slice(axis + 1));
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const largest = new Float32Array(channels);
  for (let i = 0; i < elements.length; i++) {
    const channel = channelOf(i);
    largest[channel] = Math.max(largest[channel] ?? 0, Math.abs(elements[i] ?? 0));
  }
  const scale = Array.from(largest, (each) => Math.fround(each / LARGEST_STEP) || 1);
  const bytes = () => {
    const steps = new Int8Array(elements.length);
    for (let i = 0; i < elements.length; i++) {
      const step = Math.round((elements[i] ?? 0) / (scale[channelOf(i)] ?? 1));
      steps[i] = Math.min(Math.max(step, -LARGEST_STEP), LARGEST_STEP);
    }
    return bytesOf(steps);
  };
  const zeroPoint = scale.map(() => 0);
  return { data: { byteLength: elements.length, bytes }, quantization: { scale, zeroPoint, axis: axis ?? 0 } };
}
