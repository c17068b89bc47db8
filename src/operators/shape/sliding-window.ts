import type { Dimension, Node, Shape } from '../../model/index.js';
import { flooredQuotient } from './integer-elements.js';

const AUTO_PADS = ['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'] as const;
/** Who decides the padding: `pads`, or the sizes. */
export type AutoPad = (typeof AUTO_PADS)[number];

/** How a kernel slides over the spatial axes; all lists have one entry per axis, `pads` all begins and then all ends. */
export interface Window {
  /** undefined where neither the attribute nor the weight's shape is known. */
  readonly kernelShape: readonly number[] | undefined;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly autoPad: AutoPad;
  /** The padding that `autoPad` comes to; undefined where that depends on a size that is not known. */
  readonly pads: readonly number[] | undefined;
}

/** Sizes and paddings beyond this are no tensor's; every engine counts them in 32 bits somewhere. */
const LARGEST = 2 ** 31 - 1;

/**
 * The attributes `strides`, `dilations`, `pads` and `auto_pad` of a node, checked, with defaults filled in.
 * @param kernelShape what the kernel is known to be; its length decides the number of spatial axes
 * @param spatial the sizes of the spatial axes that the kernel slides over, for `auto_pad`
 * @throws InputError where one is out of range, or has not one entry an axis
 */
export function windowOf(node: Node, kernelShape: readonly number[] | undefined, spatial: Shape | undefined): Window {
  const axes =
    kernelShape?.length ??
    spatial?.length ??
    node.ints('strides', undefined)?.length ??
    node.ints('dilations', undefined)?.length ??
    (node.ints('pads', undefined)?.length ?? 0) / 2;
  if (kernelShape) checked(node, 'kernel_shape', kernelShape, axes, 1);
  const strides = checked(node, 'strides', node.ints('strides', new Array(axes).fill(1)), axes, 1);
  const dilations = checked(node, 'dilations', node.ints('dilations', new Array(axes).fill(1)), axes, 1);
  const explicit = checked(node, 'pads', node.ints('pads', new Array(2 * axes).fill(0)), 2 * axes, 0);
  const autoPad = autoPadOf(node, explicit);
  const known = { kernelShape, strides, dilations, autoPad };
  return { ...known, pads: autoPad.startsWith('SAME') ? samePads(known, spatial) : explicit };
}

function autoPadOf(node: Node, pads: readonly number[]): AutoPad {
  const given = node.string('auto_pad', 'NOTSET') || 'NOTSET';
  const autoPad = AUTO_PADS.find((known) => known === given);
  if (!autoPad) throw node.invalid(`auto_pad ${JSON.stringify(given.slice(0, 40))} is none of ${AUTO_PADS.join(', ')}`);
  if (autoPad !== 'NOTSET' && pads.some((pad) => pad !== 0)) {
    throw node.invalid(`auto_pad ${autoPad} and pads [${pads}] exclude each other`);
  }
  return autoPad;
}

/** `values`, if there are `count` of them within [least, 2^31). @throws InputError naming attribute and value */
export function checked(
  node: Node,
  name: string,
  values: readonly number[],
  count: number,
  least: number,
): readonly number[] {
  if (values.length !== count)
    throw node.invalid(`${name} [${values.slice(0, 16)}] has ${values.length} entries, not ${count}`);
  const wrong = values.find((value) => value < least || value > LARGEST);
  if (wrong !== undefined) throw node.invalid(`${name} ${wrong} is out of range`);
  return values;
}

/** Extent of a kernel with its holes: `dilation * (size - 1) + 1` per axis. */
export function effectiveKernel(kernelShape: readonly number[], dilations: readonly number[]): number[] {
  return kernelShape.map((size, i) => (dilations[i] ?? 1) * (size - 1) + 1);
}

/** Total padding as begins and ends; an odd unit goes to the end for SAME_UPPER, else to the begin. */
export function distribute(totals: readonly number[], autoPad: AutoPad): number[] {
  const smaller = totals.map((total) => Math.floor(total / 2));
  const larger = totals.map((total) => Math.ceil(total / 2));
  return autoPad === 'SAME_UPPER' ? [...smaller, ...larger] : [...larger, ...smaller];
}

function samePads(window: Omit<Window, 'pads'>, spatial: Shape | undefined): readonly number[] | undefined {
  const { kernelShape, strides, dilations, autoPad } = window;
  if (!kernelShape) return undefined;
  const totals = effectiveKernel(kernelShape, dilations).map((extent, i) => {
    const stride = strides[i] ?? 1;
    const size = spatial?.[i];
    // With stride 1 the padding is the same for every size, so a symbol does no harm. So it is with at most one element of
    // it, at the end: where a size needs none, no window reaches it.
    const isLastAlone = extent === 1 || (extent === 2 && autoPad === 'SAME_UPPER');
    if (stride === 1 || (typeof size !== 'number' && isLastAlone)) return extent - 1;
    if (typeof size !== 'number') return Number.NaN;
    return Math.max(0, (Math.ceil(size / stride) - 1) * stride + extent - size);
  });
  return totals.some(Number.isNaN) ? undefined : distribute(totals, autoPad);
}

/**
 * Sizes of the spatial axes after the kernel has passed over them.
 * `floor((size + pads - extent) / stride) + 1`, with `ceil` for `ceilMode` unless the last window would start in the end
 * padding; `ceil(size / stride)` for SAME.
 * @throws InputError where the kernel is larger than the padded input; a pool that just misses it gives an empty result
 */
export function slide(
  node: Node,
  window: Window,
  spatial: Shape,
  { ceilMode = false, pools = false }: { ceilMode?: boolean; pools?: boolean } = {},
): Dimension[] {
  const { kernelShape, strides, dilations, autoPad, pads } = window;
  const extents = kernelShape && effectiveKernel(kernelShape, dilations);
  return spatial.map((size, i) => {
    const stride = strides[i] ?? 1;
    if (autoPad.startsWith('SAME')) return divideUp(node, size, stride);
    const extent = extents?.[i];
    if (extent === undefined || !pads) return node.graph.model.freshSymbol();
    const begin = pads[i] ?? 0;
    const slack = begin + (pads[i + spatial.length] ?? 0) - extent;
    if (typeof size !== 'number') return slideSymbol(node, size, { stride, slack, begin, ceilMode });
    const isJustMissed = pools && stride === 1 && size + slack === -1;
    if (size + slack < 0 && !isJustMissed) {
      throw node.invalid(
        `the kernel covers ${extent}, more than the padded input's ${size + slack + extent} on spatial axis ${i}`,
      );
    }
    return countWindows(size, { stride, slack, begin, ceilMode });
  });
}

interface Steps {
  readonly stride: number;
  /** Padding less the kernel's extent. */
  readonly slack: number;
  readonly begin: number;
  readonly ceilMode: boolean;
}

function countWindows(size: number, { stride, slack, begin, ceilMode }: Steps): number {
  if (!ceilMode) return Math.floor((size + slack) / stride) + 1;
  const windows = Math.ceil((size + slack) / stride) + 1;
  return (windows - 1) * stride >= size + begin ? windows - 1 : windows;
}

/**
 * How far the windows of a pool that rounds up reach behind the input, per axis: beyond the end padding where the last hangs
 * over it, less than 0 where they leave out elements.
 * @returns undefined where that depends on a size that is not known
 */
export function reachedEnds(
  { kernelShape, strides, dilations, pads }: Window,
  spatial: Shape,
): readonly number[] | undefined {
  if (!kernelShape || !pads) return undefined;
  const ends = effectiveKernel(kernelShape, dilations).map((extent, i) => {
    const [size, stride = 1, begin = 0, end = 0] = [spatial[i], strides[i], pads[i], pads[i + spatial.length]];
    if (stride === 1) return end;
    if (typeof size !== 'number') return Number.NaN;
    const windows = countWindows(size, { stride, slack: begin + end - extent, begin, ceilMode: true });
    return (windows - 1) * stride + extent - size - begin;
  });
  return ends.some(Number.isNaN) ? undefined : ends;
}

/**
 * The pads with which a pool needs no rounding up: where that gives a window more, its overhang is padding at the end.
 * @returns undefined where they depend on a size that is not known
 */
export function coveringPads(pool: Window & { readonly ceilMode: boolean }, spatial: Shape): Window['pads'] {
  const { pads, autoPad, ceilMode } = pool;
  if (!ceilMode || autoPad.startsWith('SAME')) return pads;
  const reached = reachedEnds(pool, spatial);
  return reached && pads?.map((pad, i) => Math.max(pad, reached[i - spatial.length] ?? 0));
}

/** Two branches that slide alike over one symbolic size end in one symbol: `(H + 2 - 3) / 2` is `(H + 0 - 1) / 2`. */
function slideSymbol(node: Node, size: string, steps: Steps): Dimension {
  const { stride, slack, begin, ceilMode } = steps;
  const { model } = node.graph;
  const [least, largest] = [model.leastOf(size), model.largestOf(size)].map((end) => countWindows(end, steps));
  // Also where that could be less than nothing: there is no such image then.
  if (stride === 1) return slack === -1 ? size : model.derivedSymbol(`${size} + ${slack + 1}`, largest, least);
  const count = ceilMode ? undefined : flooredQuotient(node, size, slack + stride, stride);
  if (count !== undefined) return count;
  const rounded = ceilMode ? `ceil from ${begin}` : 'floor';
  return model.derivedSymbol(`${rounded}((${size} + ${slack}) / ${stride}) + 1`, largest, least);
}

function divideUp(node: Node, size: Dimension, stride: number): Dimension {
  if (typeof size === 'number') return Math.ceil(size / stride);
  const { base = size, offset } = node.graph.model.partsOf(size);
  return flooredQuotient(node, base, offset + stride - 1, stride) ?? size;
}
