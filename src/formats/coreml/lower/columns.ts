import { sameShape, type Value } from '../../../model/index.js';
import { concat, gather, slice, split } from '../../../operators/index.js';

/** A number that each row of a table has: column `at` of the value that made it, with `plus` added. */
export interface Column {
  readonly of: Value;
  readonly at: number;
  readonly plus: number;
}

/** Operators that leave the elements and their order as they are. */
export const RESHAPES = ['Unsqueeze', 'Squeeze', 'Reshape', 'Flatten', 'Identity', 'Cast'];

/**
 * What the columns are of values that have a row for each of `count` boxes: [count, k] and [count], with axes of one element
 * anywhere. Tables that were joined, cut and reshaped tell that they are the same.
 */
export class Tables {
  readonly #count: number;
  readonly #known = new Map<Value, readonly Column[] | undefined>();

  constructor(count: number) {
    this.#count = count;
  }

  /** undefined: the value is no such table. */
  columnsOf(value: Value): readonly Column[] | undefined {
    if (this.#known.has(value)) return this.#known.get(value);
    const width = this.#widthOf(value);
    const behind = width === undefined ? undefined : columnsBehind(value, (each) => this.columnsOf(each));
    const own = Array.from({ length: width ?? 0 }, (_, at) => ({ of: value, at, plus: 0 }));
    const columns = width === undefined ? undefined : behind?.length === width ? behind : own;
    this.#known.set(value, columns);
    return columns;
  }

  /** A value that was asked for and has just these columns. */
  valueOf(columns: readonly Column[]): Value | undefined {
    for (const [value, known] of this.#known) if (known && sameColumns(known, columns)) return value;
    return undefined;
  }

  #widthOf({ shape }: Value): number | undefined {
    if (!shape?.every((size) => typeof size === 'number')) return undefined;
    const width = shape.reduce((product, size) => product * size, 1) / this.#count;
    return width === 1 || (Number.isInteger(width) && shape.at(-1) === width) ? width : undefined;
  }
}

/**
 * Columns of a value by those of what it is made of, as far as that only joins, picks and reshapes columns.
 * @param read the columns of an operand, whose rows lie along the same axis
 */
export function columnsBehind(
  value: Value,
  read: (operand: Value) => readonly Column[] | undefined,
): readonly Column[] | undefined {
  const { producer } = value;
  if (!producer) return undefined;
  if (producer.is('Concat')) return joined(value, read);
  const operand = producer.inputs[0];
  if (!operand) return undefined;
  if (producer.is(...RESHAPES)) return keepsNumbers(operand, value) ? read(operand) : undefined;
  if (producer.is('Add')) return shifted(value, read);
  if (!producer.is('Slice', 'Gather', 'Split') || !operand.rank || operand.rank < 2) return undefined;
  const [last, columns] = [operand.rank - 1, read(operand)];
  if (!columns || operand.shape?.[last] !== columns.length) return undefined;
  if (producer.is('Slice')) {
    const { starts, ends, axes, steps } = slice.parameters(producer);
    const isPlain = starts?.length === 1 && ends?.length === 1 && axes?.[0] === last && steps?.[0] === 1;
    return isPlain ? columns.slice(starts[0], ends[0]) : undefined;
  }
  if (producer.is('Gather')) {
    const places = gather.parameters(producer).axis === last && producer.inputs[1]?.constant?.toFloat64();
    return places ? Array.from(places).flatMap((at) => columns.at(at) ?? []) : undefined;
  }
  const { axis, sizes } = split.parameters(producer);
  const at = producer.outputs.indexOf(value);
  const start = sizes?.slice(0, at).reduce((sum, size) => sum + size, 0) ?? 0;
  return axis === last ? columns.slice(start, start + (sizes?.[at] ?? 0)) : undefined;
}

/** Whether these are the same columns in the same order. */
export function sameColumns(a: readonly Column[], b: readonly Column[]): boolean {
  return (
    a.length === b.length && a.every(({ of, at, plus }, i) => of === b[i]?.of && at === b[i]?.at && plus === b[i]?.plus)
  );
}

function joined(value: Value, read: (operand: Value) => readonly Column[] | undefined): Column[] | undefined {
  const { producer, shape = [] } = value;
  if (!producer || shape.length < 2 || concat.parameters(producer).axis !== shape.length - 1) return undefined;
  const parts = producer.inputs.map((each) => each && read(each));
  const columns = parts.flatMap((part) => part ?? []);
  return parts.every((part) => part !== undefined) && columns.length === shape.at(-1) ? columns : undefined;
}

/** A whole number that is added to whole numbers, as to classes behind a background. */
function shifted(value: Value, read: (operand: Value) => readonly Column[] | undefined): Column[] | undefined {
  const [a, b] = [value.producer?.inputs[0], value.producer?.inputs[1]];
  const [operand, constant] = a?.constant ? [b, a.constant] : [a, b?.constant];
  const [plus, ...more] = constant?.toFloat64() ?? [];
  if (!operand || plus === undefined || more.length > 0 || isFloat(value)) return undefined;
  if (!sameShape(operand.shape ?? [], value.shape ?? [])) return undefined;
  return read(operand)?.map((column) => ({ ...column, plus: column.plus + plus }));
}

/** Whether a Cast, or what else reshapes, leaves the numbers as they are: what is broken off a fraction is lost. */
function keepsNumbers(before: Value, after: Value): boolean {
  return isFloat(before) === isFloat(after) || (isFloat(after) && before.dtype?.includes('int') === true);
}

function isFloat({ dtype }: Value): boolean {
  return dtype?.startsWith('float') ?? false;
}
