import { isSquare, type Mistake, type Mistakes, otherConstant, transposed } from './mistake.js';

const WEIGHT = 1;

/** Weights whose axes lie otherwise than the reference has them. */
export const kernels: Mistakes = (node) => {
  const shape = node.constant(WEIGHT)?.shape;
  if (!shape) return [];
  if (node.is('Gemm', 'MatMul')) {
    return isSquare(shape, [-2, -1]) ? [otherConstant('has its weight transposed', WEIGHT, transposed)] : [];
  }
  if (!node.is('Conv', 'ConvTranspose')) return [];
  const found: Mistake[] = [];
  if (shape.length === 4 && isSquare(shape, [2, 3])) {
    found.push(otherConstant('has its kernel transposed: height and width are swapped', WEIGHT, transposed));
  }
  if (isSquare(shape, [0, 1])) {
    found.push(otherConstant('has its kernel transposed: channels in and out are swapped', WEIGHT, channelsSwapped));
  }
  const area = shape.slice(2).reduce((product, size) => product * size, 1);
  if (area > 1) {
    found.push(
      otherConstant('has its kernel turned round, last element first', WEIGHT, (weights) => reversed(weights, area)),
    );
  }
  return found;
};

function channelsSwapped(weights: Float64Array, [out = 1, , ...kernel]: readonly number[]): Float64Array {
  const area = kernel.reduce((product, size) => product * size, 1);
  return weights.map((_, i) => {
    const [row, column] = [Math.floor(i / (out * area)), Math.floor(i / area) % out];
    return weights[(column * out + row) * area + (i % area)] ?? 0;
  });
}

function reversed(weights: Float64Array, area: number): Float64Array {
  return weights.map((_, i) => weights[i - (i % area) + area - 1 - (i % area)] ?? 0);
}
