import { type AffineMap, isPointScale } from './affine-map.js';
import { jointKernel } from './joint-kernel.js';
import { giveBack } from './spare-arrays.js';
import { Sum } from './sum.js';

/** W [M, C/groups, *kernel] row-major and b [M] (undefined: zeros), in float64. */
export interface Kernel {
  readonly kernel: Float64Array;
  readonly bias: Float64Array | undefined;
}

/** The same as a file holds it. */
export interface ConstantKernel {
  /** In memory that may be used again once it was read. */
  readonly kernel: Float32Array | Float64Array;
  readonly bias: Float64Array | undefined;
}

/** How the weights of a map come about; a small tree over constants, evaluated once a map is chosen. */
export type Weights =
  | { readonly kind: 'identity' }
  | { readonly kind: 'constant'; readonly make: () => ConstantKernel }
  | { readonly kind: 'series'; readonly inner: AffineMap; readonly outer: AffineMap }
  | { readonly kind: 'sum'; readonly left: AffineMap; readonly right: AffineMap; readonly sign: 1 | -1 };

/** The weights of a map, in float64 throughout; the caller rounds once. The arrays are the caller's own. */
export function evaluate(map: AffineMap): Kernel {
  const sum = new Sum(map);
  addTo(sum, map, new Float64Array(map.outChannels).fill(1));
  return sum;
}

/** sum += diag(factor) of a map, whose taps all lie in the kernel of the sum: every branch is read once, added where it goes. */
function addTo(sum: Sum, map: AffineMap, factor: Float64Array): void {
  const { weights } = map;
  switch (weights.kind) {
    case 'identity':
      sum.add(map, { kernel: new Float64Array(map.outChannels).fill(1), bias: undefined }, factor);
      return;
    case 'constant': {
      const constant = weights.make();
      sum.add(map, constant, factor);
      giveBack(constant.kernel);
      return;
    }
    case 'sum':
      addTo(sum, weights.left, factor);
      addTo(sum, weights.right, weights.sign === 1 ? factor : factor.map((value) => -value));
      return;
    case 'series':
      addSeries(sum, map, weights.inner, weights.outer, factor);
  }
}

/** A batch norm behind a convolution only scales its rows: s (W x + b) + t. */
function addSeries(sum: Sum, map: AffineMap, inner: AffineMap, outer: AffineMap, factor: Float64Array): void {
  if (isPointScale(outer)) {
    const { kernel: scale, bias: shift } = evaluate(outer);
    sum.addBias(shift, factor);
    addTo(
      sum,
      inner,
      scale.map((value, channel) => value * (factor[channel] ?? 0)),
    );
    return;
  }
  const joint = jointKernel(map, { map: inner, ...evaluate(inner) }, { map: outer, ...evaluate(outer) });
  sum.add(map, joint, factor);
  giveBack(joint.kernel);
}
