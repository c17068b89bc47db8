import { InputError } from './errors.js';

/** A size, or a symbol for one that is not known: a name that the file gives (`batch`), or a fresh one (`?7`). */
export type Dimension = number | string;
/** One size an axis; `[]` is a scalar. */
export type Shape = readonly Dimension[];

/** Whether the rank and all sizes are known as numbers. */
export function isStatic(shape: Shape | undefined): shape is readonly number[] {
  return shape?.every((d) => typeof d === 'number') ?? false;
}

/** A symbol that stands for a size nobody named. Equal symbols are equal sizes. */
export function isAnonymous(dimension: Dimension): boolean {
  return typeof dimension === 'string' && dimension.startsWith('?');
}

/**
 * The product of sizes.
 * @throws InputError where it leaves the integers that a number holds exactly
 */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const d of shape) {
    size *= d;
    if (!Number.isSafeInteger(size)) {
      if (shape.includes(0)) return 0;
      throw new InputError({ what: `dimension overflow: ${formatShape(shape)} has more elements than can be counted` });
    }
  }
  return size;
}

/** Elements between neighbours along each axis, row-major. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = (strides[i + 1] ?? 1) * (shape[i + 1] ?? 1);
  return strides;
}

/** Whether two shapes are known to be equal: the same numbers, or the same symbols. Of unknown ranks nothing is known. */
export function sameShape(a: Shape | undefined, b: Shape | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((d, i) => d === b[i]);
}

/** For messages: `[1,?,224]` where nobody has named the second size. */
export function formatShape(shape: Shape | undefined): string {
  return shape ? `[${shape.map((d) => (isAnonymous(d) ? '?' : d)).join(',')}]` : 'of unknown rank';
}
