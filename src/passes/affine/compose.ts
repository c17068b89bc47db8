import { type AffineMap, greatestCommonDivisor, MAX_DEPTH, MAX_KERNEL, type Sampling } from './affine-map.js';

/** Why two maps are not one; the text goes into reports. */
export type Refusal = { readonly refused: string };

/** Whether joining maps came to a reason and not to a map. */
export function isRefused(result: AffineMap | Refusal): result is Refusal {
  return 'refused' in result;
}

const TOO_LARGE: Refusal = { refused: 'the joint kernel would be too large' };
const BIAS_BEFORE_PADDING: Refusal = {
  refused: 'a bias comes before a zero padding: padding inserts 0, not the bias, so the border would change',
};
const REACH_BEFORE_PADDING: Refusal = {
  refused: 'the padding inserts 0 where the kernel before would still reach the image, so the border would change',
};

/**
 * Maps in series, `outer(inner(x))`, as one (cf. Diverse Branch Block, arXiv 2103.13425). Exact for every input size:
 * kernel `((ka-1) da + (kb-1) db sa) / d + 1` with `d = gcd(da, db sa)`, stride `sa sb`, pads `pa + pb sa`, bias `Wb ba + bb`.
 * Where `outer` pads, `inner` must be 0 outside its own output, as the padding is.
 */
export function compose(inner: AffineMap, outer: AffineMap): AffineMap | Refusal {
  if (inner.depth + outer.depth + 1 > MAX_DEPTH) return TOO_LARGE;
  const pads = outer.axes.some((axis) => axis.padBegin > 0 || axis.padEnd > 0);
  if (pads && inner.hasBias) return BIAS_BEFORE_PADDING;
  if (outer.axes.some((axis, i) => !isZeroBeyondOutput(inner.axes[i], axis))) return REACH_BEFORE_PADDING;
  const axes = outer.axes.map((b, i) => composeSampling(inner.axes[i], b));
  if (axes.some((axis) => axis.kernel > MAX_KERNEL)) return TOO_LARGE;
  return {
    inChannels: inner.inChannels,
    outChannels: outer.outChannels,
    groups: greatestCommonDivisor(inner.groups, outer.groups),
    axes,
    hasBias: inner.hasBias || outer.hasBias,
    holdsConv: inner.holdsConv || outer.holdsConv,
    depth: inner.depth + outer.depth + 1,
    weights: { kind: 'series', inner, outer },
  };
}

/** Whether `a`, continued beyond its own output over the zero-extended source, gives 0 wherever `b` pads. */
function isZeroBeyondOutput(a: Sampling | undefined, b: Sampling): boolean {
  if (!a) return false;
  const reach = (a.kernel - 1) * a.dilation;
  const begin = b.padBegin <= 0 || reach - a.padBegin < a.stride;
  const end = b.padEnd <= 0 || a.padEnd >= reach;
  return begin && end;
}

function composeSampling(a: Sampling | undefined, b: Sampling): Sampling {
  if (!a) throw new RangeError('maps of different rank');
  const steps = [a.kernel > 1 ? a.dilation : 0, b.kernel > 1 ? b.dilation * a.stride : 0];
  const dilation = greatestCommonDivisor(...steps) || 1;
  const reach = (a.kernel - 1) * a.dilation + (b.kernel - 1) * b.dilation * a.stride;
  return {
    kernel: reach / dilation + 1,
    stride: a.stride * b.stride,
    dilation,
    padBegin: a.padBegin + b.padBegin * a.stride,
    padEnd: a.padEnd + b.padEnd * a.stride,
  };
}
