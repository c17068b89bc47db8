import type { Value } from '../../model/index.js';

/**
 * What position q along an axis of a value depends on along an axis of the region's operand: on places from `stride * q + low`
 * to `stride * q + high`, by the same factors wherever these are all inside.
 */
export interface WindowAxis {
  readonly kind: 'window';
  /** Which axis of the operand it follows. */
  readonly axis: number;
  readonly stride: number;
  readonly low: number;
  readonly high: number;
  /**
   * Where borders are written over, factors also depend on the place, and the real size is tried: from which to which place of the
   * operand each line reaches that differs from its neighbours. undefined: nothing is written over.
   */
  readonly lines: readonly (readonly [first: number, last: number])[] | undefined;
  /** How far padding reaches in from either end, in places of the operand, at most. */
  readonly begin: number;
  readonly end: number;
  /** Its size, where the operand's is `size`. */
  sizeFor(size: number): number;
}

/** An axis cut into equal parts, each of which depends on the same part of the operand's axis alone. */
export interface BlocksAxis {
  readonly kind: 'blocks';
  readonly axis: number;
  readonly count: number;
}

/** undefined: it depends on all of the operand's axes that `Following` was told of. */
export type Axis = WindowAxis | BlocksAxis | undefined;
export type Axes = readonly Axis[];

/** A kernel along one axis. */
export interface Kernel {
  readonly stride: number;
  readonly extent: number;
  /** Negative ones crop. */
  readonly begin: number;
  readonly end: number;
}

/** Axes of an operand that have to be there at their real size, every place of them tried. */
export class Following {
  /** The elements of a value that no input has a say in. */
  readonly constantOf: (value: Value | undefined) => Float64Array | undefined;
  readonly whole = new Set<number>();

  constructor(constantOf: (value: Value | undefined) => Float64Array | undefined) {
    this.constantOf = constantOf;
  }

  /** Of an operand of this rank: every axis follows itself. */
  static start(rank: number): Axes {
    return Array.from({ length: rank }, (_, axis) => ({
      kind: 'window',
      axis,
      stride: 1,
      low: 0,
      high: 0,
      lines: undefined,
      begin: 0,
      end: 0,
      sizeFor: (size) => size,
    }));
  }

  /** Gives up an axis: what reads it depends on its places in another way than windows and blocks do. */
  giveUp(axis: Axis): undefined {
    if (axis) this.whole.add(axis.axis);
    return undefined;
  }

  /** Gives up all axes of some operands. */
  giveUpAll(operands: readonly (Axes | undefined)[]): void {
    for (const axes of operands) for (const axis of axes ?? []) this.giveUp(axis);
  }

  /** An axis whose every part of `count` is made of the same part of the operand's. */
  blocks(axis: Axis, count: number): Axis {
    if (!axis) return undefined;
    if (axis.kind === 'blocks') return { ...axis, count: commonDivisor(axis.count, count) };
    return isPlain(axis) ? { kind: 'blocks', axis: axis.axis, count } : this.giveUp(axis);
  }

  /** An axis that a kernel passes over. */
  window(axis: Axis, { stride, extent, begin, end }: Kernel): Axis {
    if (axis?.kind !== 'window') return this.giveUp(axis);
    const { sizeFor } = axis;
    return {
      ...axis,
      stride: axis.stride * stride,
      low: axis.low - axis.stride * begin,
      high: axis.high + axis.stride * (extent - 1 - begin),
      begin: Math.max(0, axis.begin + axis.stride * begin),
      end: Math.max(0, axis.end + axis.stride * end),
      sizeFor: (size) => Math.floor((sizeFor(size) + begin + end - extent) / stride) + 1,
    };
  }

  /** An axis of a fixed size, along which factors change before and behind these places, and nowhere else. */
  placed(axis: Axis, places: readonly number[]): Axis {
    if (axis?.kind !== 'window') return this.giveUp(axis);
    const { stride, low, high, lines = [] } = axis;
    const more = places.map((place) => [stride * place + low, stride * place + high] as const);
    return { ...axis, lines: [...lines, ...more] };
  }

  /** An axis of a sum of values that follow these. */
  sum(axes: readonly Axis[]): Axis {
    const [first, ...others] = axes;
    return others.reduce((joint, axis) => this.#pair(joint, axis), first);
  }

  #pair(a: Axis, b: Axis): Axis {
    if (!a || !b || a.axis !== b.axis) {
      this.giveUp(a);
      return this.giveUp(b);
    }
    if (a.kind === 'blocks') return this.blocks(b, a.count);
    if (b.kind === 'blocks') return this.blocks(a, b.count);
    if (a.stride !== b.stride) return this.giveUp(a);
    return {
      ...a,
      low: Math.min(a.low, b.low),
      high: Math.max(a.high, b.high),
      lines: a.lines || b.lines ? [...(a.lines ?? []), ...(b.lines ?? [])] : undefined,
      begin: Math.max(a.begin, b.begin),
      end: Math.max(a.end, b.end),
    };
  }
}

const isPlain = ({ stride, low, high, begin, end, lines = [] }: WindowAxis) =>
  lines.length === 0 && stride === 1 && low === 0 && high === 0 && begin === 0 && end === 0;

/** The largest whole number that divides both; of 0 and a number that number. */
export function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
