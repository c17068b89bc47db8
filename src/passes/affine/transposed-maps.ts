import type { Node, Value } from '../../model/index.js';
import { convTranspose } from '../../operators/index.js';
import { add } from './add.js';
import { type AffineMap, identityMap, type Sampling, subsamplingOf } from './affine-map.js';
import { type Bundle, bundleOfMaps, costOfOutput } from './bundle.js';
import type { LongSum, Term } from './long-sum.js';

/**
 * A transposed convolution by the convolution that it is the transpose of: that of a sum is the sum of those, so they are
 * added as convolutions are. Its weight [C, M/group, *kernel] is that convolution's as it stands.
 */
export interface TransposedTerm {
  readonly term: Term;
  readonly source: Value;
  /** undefined: the source itself. */
  readonly node: Node | undefined;
  /** From M channels to C. A padding below zero at the end is what the result has more (`output_padding`). */
  readonly map: AffineMap;
  /** [M]; undefined: zeros. */
  readonly bias: Float64Array | undefined;
}

/** The terms of a sum that are transposed convolutions by constants, and sources of those, in sets whose results are equally large. */
export function transposedTerms(sum: LongSum): TransposedTerm[][] {
  const sets = new Map<Value, Map<string, TransposedTerm[]>>();
  for (const term of sum.terms) {
    const transposed = transposedTerm(term);
    if (transposed) addTo(sets, transposed);
  }
  for (const term of sum.terms) {
    if (sets.has(term.value))
      addTo(sets, { term, source: term.value, node: undefined, map: identityOf(term.value), bias: undefined });
  }
  return [...sets.values()].flatMap((bySize) => [...bySize.values()]).filter((terms) => terms.length > 1);
}

function addTo(sets: Map<Value, Map<string, TransposedTerm[]>>, transposed: TransposedTerm): void {
  const bySize = sets.get(transposed.source) ?? new Map<string, TransposedTerm[]>();
  sets.set(transposed.source, bySize);
  const size = sizeOfResult(transposed.map);
  bySize.set(size, [...(bySize.get(size) ?? []), transposed]);
}

function identityOf({ shape }: Value): AffineMap {
  return identityMap(Number(shape?.[1]), (shape?.length ?? 0) - 2);
}

/** Equal for results that have as many channels, and are equally large whatever the size of the source is. */
function sizeOfResult({ inChannels, axes }: AffineMap): string {
  const sizes = axes.map((axis) => [axis.stride, axis.padBegin + axis.padEnd - (axis.kernel - 1) * axis.dilation]);
  return JSON.stringify([inChannels, sizes]);
}

function transposedTerm(term: Term): TransposedTerm | undefined {
  const node = term.value.producer;
  if (!node?.is('ConvTranspose')) return undefined;
  const [weight, bias] = [node.constant(1), node.constant(2)];
  if (!weight || (node.hasInput(2) && !bias)) return undefined;
  const { pads, outputPadding, strides, dilations, group } = convTranspose.parameters(node);
  const [outChannels = 0, perGroup = 0, ...kernel] = weight.shape;
  if (!pads || !outputPadding || typeof node.input(0).shape?.[1] !== 'number') return undefined;
  const axes = kernel.map(
    (size, i): Sampling => ({
      kernel: size,
      stride: strides[i] ?? 1,
      dilation: size === 1 ? 1 : (dilations[i] ?? 1),
      padBegin: pads[i] ?? 0,
      padEnd: (pads[i + kernel.length] ?? 0) - (outputPadding[i] ?? 0),
    }),
  );
  const map: AffineMap = {
    inChannels: perGroup * group,
    outChannels,
    groups: group,
    axes,
    hasBias: false,
    holdsConv: true,
    depth: 1,
    weights: { kind: 'constant', make: () => ({ kernel: weight.toFloat64(), bias: undefined }) },
  };
  return { term, source: node.input(0), node, map, bias: bias?.toFloat64() };
}

/** By how much the ends of all are moved, so that none is below zero: what `add` would fill with zeros of the kernel. */
export function commonEnds(terms: readonly TransposedTerm[]): number[] {
  const axes = terms[0]?.map.axes ?? [];
  return axes.map((_, i) => Math.max(0, ...terms.map(({ map }) => -(map.axes[i]?.padEnd ?? 0))));
}

function movedEnds(map: AffineMap, ends: readonly number[]): AffineMap {
  return { ...map, axes: map.axes.map((axis, i) => ({ ...axis, padEnd: axis.padEnd + (ends[i] ?? 0) })) };
}

/** A term in the search for the cheapest groups. Others than the sum may not need it. */
export function transposedBundle({ term, source, node, map }: TransposedTerm, ends: readonly number[]): Bundle {
  const moved = movedEnds(map, ends);
  const addition = map.inChannels * subsamplingOf(map);
  const joint = { map: moved, replaced: node ? costOfOutput(map) : 0, addition, removesConv: node !== undefined };
  return bundleOfMaps(term, new Map([[source, joint]]));
}

/** The terms as one, its sign being that of the first, as the convolution that it is the transpose of. */
export function jointTransposed(terms: readonly TransposedTerm[]): AffineMap | undefined {
  const ends = commonEnds(terms);
  const [first, ...rest] = terms;
  let joint = first && movedEnds(first.map, ends);
  for (const { map, term } of rest) {
    joint = joint && first && add(joint, movedEnds(map, ends), term.sign === first.term.sign ? 1 : -1, []);
  }
  return (
    joint &&
    movedEnds(
      joint,
      ends.map((end) => -end),
    )
  );
}

/** The sum of all biases, its sign being that of the first term. */
export function jointBias(terms: readonly TransposedTerm[]): Float64Array | undefined {
  const biased = terms.filter(({ bias }) => bias);
  if (biased.length === 0) return undefined;
  const sum = new Float64Array(terms[0]?.map.inChannels ?? 0);
  for (const { bias, term } of biased) {
    const sign = term.sign === terms[0]?.term.sign ? 1 : -1;
    bias?.forEach((value, m) => {
      sum[m] = (sum[m] ?? 0) + sign * value;
    });
  }
  return sum;
}
