import { decline } from '../../../lowering/decline.js';
import type { Dimension } from '../../../model/index.js';
import type { SliceParameters } from '../../../operators/index.js';
import type { Constant, MilValue } from '../program/program.js';
import { bools, ints } from './constants.js';
import type { NodeBuilder } from './node-builder.js';
import { binary, sizeVector } from './operations.js';

/** What `slice_by_index` is told. */
interface OpenRanges {
  /** Whether it cuts nothing. */
  readonly isWhole: boolean;
  readonly args: Readonly<Record<string, Constant | MilValue>>;
}

/** A bound of an axis: a number, which counts from the end below 0, a computed size, or undefined for that end of the axis. */
type Bound = Dimension | undefined;

interface Cut {
  readonly begin: Bound;
  readonly end: Bound;
  readonly step: number;
}

const WHOLE: Cut = { begin: undefined, end: undefined, step: 1 };

/**
 * What a Slice keeps where an axis that it cuts is open, or a bound is a size that is.
 * @returns undefined where all of that is known
 * @throws Declined where a bound may lie beyond an end of its axis: Core ML does not say what it makes of that
 */
export function openRanges(to: NodeBuilder, parameters: SliceParameters): OpenRanges | undefined {
  const { axes, steps } = parameters;
  const [starts, ends] = [parameters.starts ?? elementsAt(to, 1), parameters.ends ?? elementsAt(to, 2)];
  const shape = to.shapeOf();
  const isOpen = axes?.some((axis) => typeof shape[axis] !== 'number') || !parameters.starts || !parameters.ends;
  if (!isOpen) return undefined;
  if (!starts || !ends || !axes || !steps) return decline('its bounds are computed');
  const cuts = shape.map(() => WHOLE);
  axes.forEach((axis, i) => {
    cuts[axis] = cutOf(to, axis, { begin: starts[i], end: ends[i], step: steps[i] ?? 1 });
  });
  const vector = (of: (cut: Cut) => Bound) =>
    sizeVector(
      to,
      cuts.map((cut) => of(cut) ?? 0),
    );
  /** The standard cuts off what lies beyond. */
  const bounded = (of: (cut: Cut) => Bound) => {
    const bounds = vector(of);
    const isComputed = cuts.some((cut) => typeof of(cut) === 'string');
    return isComputed && 'hint' in bounds ? binary(to, 'minimum', bounds, sizeVector(to, shape)) : bounds;
  };
  return {
    isWhole: cuts.every((cut) => cut.begin === undefined && cut.end === undefined && cut.step === 1),
    args: {
      begin: bounded((cut) => cut.begin),
      end: bounded((cut) => cut.end),
      stride: ints(cuts.map(({ step }) => step)),
      begin_mask: bools(cuts.map((cut) => cut.begin === undefined)),
      end_mask: bools(cuts.map((cut) => cut.end === undefined)),
    },
  };
}

const elementsAt = (to: NodeBuilder, index: number) => to.node.inputs[index]?.elements;

/** Bounds that reach an end of the axis at every size as that end; others have to lie within it at every size. */
function cutOf(to: NodeBuilder, axis: number, { begin = 0, end = 0, step }: Cut): Cut {
  const { bounds } = to;
  const size = to.shapeOf()[axis] ?? 1;
  const [least, most] = [bounds.least(size) ?? 1, bounds.most(size) ?? Number.POSITIVE_INFINITY];
  const beyond = (): never =>
    decline('a bound may lie beyond the end of an axis whose size is open; fix it with --shape');
  const within = (bound: number) => (bound >= -least && bound <= least ? bound : beyond());
  if (step < 0) {
    const isWhole = (begin === -1 || Number(begin) >= most - 1) && Number(end) < -most;
    return isWhole ? { begin: undefined, end: undefined, step } : beyond();
  }
  const first = typeof begin === 'string' ? begin : begin === 0 || begin <= -most ? undefined : within(begin);
  if (typeof begin === 'string' && (bounds.least(to.resultShape()[axis] ?? 0) ?? 0) < 1) beyond();
  if (typeof end === 'string') return { begin: first, end, step };
  const isToEnd = end >= most;
  return { begin: first, end: isToEnd ? undefined : within(end), step };
}
