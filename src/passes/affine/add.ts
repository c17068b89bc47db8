import { type AffineMap, greatestCommonDivisor, MAX_DEPTH, MAX_KERNEL, type Sampling } from './affine-map.js';

/**
 * Maps of one source in parallel, `left(x) + sign * right(x)`, as one: the union of both kernels' taps on the finest grid
 * that holds them, a smaller kernel sitting where its padding puts it. Both must sample at the same stride.
 * @param sourceSizes spatial sizes of the source where known; the number of outputs must agree, for every size or for these
 * @returns undefined where the two do not sample alike
 */
export function add(
  left: AffineMap,
  right: AffineMap,
  sign: 1 | -1,
  sourceSizes: readonly (number | undefined)[],
): AffineMap | undefined {
  if (left.inChannels !== right.inChannels || left.outChannels !== right.outChannels) return undefined;
  if (left.depth + right.depth + 1 > MAX_DEPTH) return undefined;
  const axes: Sampling[] = [];
  for (const [i, a] of left.axes.entries()) {
    const joint = joinSampling(a, right.axes[i], sourceSizes[i]);
    if (!joint || joint.kernel > MAX_KERNEL) return undefined;
    axes.push(joint);
  }
  return {
    inChannels: left.inChannels,
    outChannels: left.outChannels,
    groups: greatestCommonDivisor(left.groups, right.groups),
    axes,
    hasBias: left.hasBias || right.hasBias,
    holdsConv: left.holdsConv || right.holdsConv,
    depth: left.depth + right.depth + 1,
    weights: { kind: 'sum', left, right, sign },
  };
}

/** What the padding adds beyond the kernel's reach: it alone decides the number of outputs. */
function excessOf(axis: Sampling): number {
  return axis.padBegin + axis.padEnd - (axis.kernel - 1) * axis.dilation;
}

function joinSampling(a: Sampling, b: Sampling | undefined, size: number | undefined): Sampling | undefined {
  if (!b || a.stride !== b.stride) return undefined;
  const excess = Math.max(excessOf(a), excessOf(b));
  if (excessOf(a) !== excessOf(b)) {
    if (size === undefined) return undefined;
    const outputs = (axis: Sampling) => Math.floor((size + excessOf(axis) - 1) / axis.stride);
    if (outputs(a) !== outputs(b)) return undefined;
  }
  const steps = [a.kernel > 1 ? a.dilation : 0, b.kernel > 1 ? b.dilation : 0, Math.abs(a.padBegin - b.padBegin)];
  const dilation = greatestCommonDivisor(...steps) || 1;
  const padBegin = Math.max(a.padBegin, b.padBegin);
  const last = Math.max(lastOffset(a), lastOffset(b));
  const kernel = (last + padBegin) / dilation + 1;
  const padEnd = excess - padBegin + (kernel - 1) * dilation;
  // A convolution cannot crop its source: zeros at the end of the kernel take the place of a negative padding.
  const lacking = padEnd < 0 ? Math.ceil(-padEnd / dilation) : 0;
  return { kernel: kernel + lacking, stride: a.stride, dilation, padBegin, padEnd: padEnd + lacking * dilation };
}

function lastOffset(axis: Sampling): number {
  return (axis.kernel - 1) * axis.dilation - axis.padBegin;
}
