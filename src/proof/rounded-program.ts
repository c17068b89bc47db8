import { toleranceOf } from '../check/index.js';
import type { RoundingReport } from '../check/report.js';
import { blockOf } from '../formats/blocks.js';
import type {
  ArtefactConstant,
  ArtefactOperand,
  ArtefactOperation,
  ArtefactProgram,
  StoredSteps,
  StoredTable,
} from '../formats/format.js';
import { float16ToNumber, numberToFloat16, sameShape, sizeOf } from '../model/index.js';
import type { NamedForFloat32 } from './named-for-float32.js';

/** How far into their range the steps of a channel reach at least. */
const ENDS = 0.75;
const LARGEST_FLOAT16 = 65504;
const SMALLEST_STEP = 2 ** -24;
const SMALLEST_NORMAL = 2 ** -14;

/** What a written program was found to be beside the same program with float32 constants. */
export interface RoundedProgram extends RoundingReport {
  /** The first result of the operation where that is. */
  readonly value: string | undefined;
  /** How many constants lose more than rounding may cost where a device takes subnormal numbers of float16 for 0. */
  readonly flushable: number;
}

/**
 * Whether a written program is another one with its constants rounded, operation by operation and bit for bit: a float16 is the
 * nearest to its float32, stored integers are the nearest of their steps, an index is that of the nearest entry of its table,
 * and all else is equal. Both are walked from their outputs, so that order and names may differ; casts between types of floats
 * stand for what they read.
 * @param written as the file has it
 * @param exact the same with float32 constants
 * @param named which operations may compute in float32, besides readers of constants that float16 does not hold; undefined: all
 */
export function compareRounded(
  written: ArtefactProgram,
  exact: ArtefactProgram,
  named?: NamedForFloat32,
): RoundedProgram {
  return new Comparer(written, exact).run(named);
}

/** Where a value of a program comes from: an input or body's input by its place, or a result of an operation. */
interface Made {
  readonly by: ArtefactOperation | 'input';
  readonly index: number;
}

/** The operations of a program, by what they make. */
class Makers {
  readonly #made = new Map<string, Made>();
  /** What casts stand for. */
  readonly #cast = new Map<string, ArtefactOperand['value']>();

  constructor(program: ArtefactProgram) {
    this.#add(program, 'input');
  }

  #add({ inputs, operations }: ArtefactProgram, by: Made['by']): void {
    for (const [index, name] of inputs.entries()) this.#made.set(name, { by, index });
    for (const operation of operations) {
      const [first] = operation.operands;
      operation.results.forEach((name, index) => {
        if (name === undefined) return;
        if (operation.isCast && first) this.#cast.set(name, first.value);
        else this.#made.set(name, { by: operation, index });
      });
      for (const body of operation.bodies) this.#add(body, operation);
    }
  }

  /** Through casts. */
  whole(value: ArtefactOperand['value']): ArtefactOperand['value'] {
    let found = value;
    for (;;) {
      const behind = typeof found === 'string' ? this.#cast.get(found) : undefined;
      if (behind === undefined) return found;
      found = behind;
    }
  }

  of(name: string): Made | undefined {
    return this.#made.get(name);
  }
}

class Comparer {
  readonly #written: ArtefactProgram;
  readonly #exact: ArtefactProgram;
  readonly #makers: { readonly written: Makers; readonly exact: Makers };
  readonly #pairs = new Map<ArtefactOperation, ArtefactOperation>();
  readonly #open: (readonly [ArtefactOperation, ArtefactOperation])[] = [];
  #constants = 0;
  #flushable = 0;

  constructor(written: ArtefactProgram, exact: ArtefactProgram) {
    this.#written = written;
    this.#exact = exact;
    this.#makers = { written: new Makers(written), exact: new Makers(exact) };
  }

  run(named: NamedForFloat32 | undefined): RoundedProgram {
    let what = this.#operands(this.#written.outputs, this.#exact.outputs, '');
    let value = '';
    for (let pair = this.#open.pop(); pair && what === undefined; pair = this.#open.pop()) {
      value = pair[0].results[0] ?? '';
      what = this.#operation(...pair);
    }
    const unnamed = what === undefined && named ? this.#firstUnnamed(named) : undefined;
    if (unnamed) {
      what = `${unnamed.operator} computes in float32, for which it was not named`;
      value = unnamed.results[0] ?? '';
    }
    const place = what === undefined ? undefined : value;
    return {
      operations: this.#pairs.size,
      constants: this.#constants,
      difference: what ?? null,
      value: place,
      flushable: this.#flushable,
    };
  }

  #operation(a: ArtefactOperation, b: ArtefactOperation): string | undefined {
    if (a.operator !== b.operator) return `it is ${a.operator}, not ${b.operator}`;
    if (a.attributes !== b.attributes) return `${a.operator} says ${a.attributes}, not ${b.attributes}`;
    if (a.bodies.length !== b.bodies.length) return `${a.operator} has other graphs inside`;
    for (const [index, body] of a.bodies.entries()) {
      const difference = this.#operands(body.outputs, b.bodies[index]?.outputs ?? [], a.operator);
      if (difference !== undefined) return difference;
    }
    return this.#operands(a.operands, b.operands, a.operator);
  }

  #operands(a: readonly ArtefactOperand[], b: readonly ArtefactOperand[], operator: string): string | undefined {
    if (a.length !== b.length) return `it has ${a.length} operands, not ${b.length}`;
    for (const [index, operand] of a.entries()) {
      const other = b[index];
      if (!other || operand.role !== other.role) return `it has an operand ${operand.role}, not ${other?.role}`;
      const [x, y] = [this.#makers.written.whole(operand.value), this.#makers.exact.whole(other.value)];
      const difference =
        typeof x === 'string' || typeof y === 'string'
          ? this.#value(x, y)
          : this.#constant(x, y, isBound(operator, operand.role));
      if (difference !== undefined) return `operand ${operand.role} of it ${difference}`;
    }
    return undefined;
  }

  #value(x: ArtefactOperand['value'], y: ArtefactOperand['value']): string | undefined {
    if (typeof x !== 'string' || typeof y !== 'string') return 'is a constant in one of the two programs alone';
    const [a, b] = [this.#makers.written.of(x), this.#makers.exact.of(y)];
    if (!a || !b) return a === b && x === y ? undefined : 'is made by nothing';
    if (a.index !== b.index) return `is result ${a.index}, not ${b.index}`;
    if (a.by === 'input' || b.by === 'input') return a.by === b.by ? undefined : 'is an input in one of the two alone';
    const known = this.#pairs.get(a.by);
    if (known === undefined) {
      this.#pairs.set(a.by, b.by);
      this.#open.push([a.by, b.by]);
    }
    return known === undefined || known === b.by ? undefined : 'comes from another operation';
  }

  #constant(a: ArtefactConstant, b: ArtefactConstant, bound: boolean): string | undefined {
    this.#constants++;
    // One element alone may have more axes: whether an answer's sizes are right shows where it runs.
    const isSingle = sizeOf(a.shape) === 1 && sizeOf(b.shape) === 1;
    if (!isSingle && !sameShape(a.shape, b.shape)) return `has the sizes [${a.shape}], not [${b.shape}]`;
    const [x, y] = [a.elements(), b.elements()];
    if (typeof x === 'string' || typeof y === 'string') return x === y ? undefined : 'is another text';
    if (x.length !== y.length) return `has ${x.length} elements, not ${y.length}`;
    if (a.stored === 'whole') return firstUnlike(x, y, same);
    if (a.stored === 'half') {
      if (!isSingle && isFlushable(x)) this.#flushable++;
      return firstUnlike(x, y, (stored, float) => isRounded(stored, float, isSingle, bound));
    }
    return a.stored.kind === 'steps' ? unlikeSteps(a.shape, a.stored, x, y) : unlikeTable(a.shape, a.stored, x, y);
  }

  /** The first operation in float32 that stands for no node which may be, and for none whose constants float16 does not hold. */
  #firstUnnamed({ names, origins, hasPixels, hasProbabilities }: NamedForFloat32): ArtefactOperation | undefined {
    const wide = [...this.#pairs].filter(([{ computesIn, isCast }]) => computesIn === 'fp32' && !isCast);
    const standsFor = (operation: ArtefactOperation) => origins.get(this.#pairs.get(operation)?.name ?? '') ?? [];
    const large = wide.flatMap(([a, b]) => (b.operands.some(isBeyond) ? [a] : []));
    const isLarge = new Set([...large, ...large.flatMap(standsFor)]);
    const nameless = new Set(wide.flatMap(([a]) => (standsFor(a).length === 0 ? [a] : [])));
    const classified = new Set(
      [...this.#pairs.keys()].flatMap(({ operator, operands }) =>
        operator === 'classify' ? operands.map(({ value }) => value) : [],
      ),
    );
    const givesProbabilities = ({ operator, results: [result] }: ArtefactOperation) =>
      operator === 'softmax' && result !== undefined && classified.has(result);
    const unnamed = wide.filter(([operation]) => {
      if (isLarge.has(operation) || names.has(operation.name ?? '')) return false;
      if (!nameless.has(operation)) return !standsFor(operation).some((name) => names.has(name) || isLarge.has(name));
      const isPixelwise = hasPixels && this.#readsInputs(operation, nameless);
      return !isPixelwise && !(hasProbabilities && givesProbabilities(operation));
    });
    return unnamed.map(([operation]) => operation).at(-1);
  }

  /** Whether inputs and constants are all that it is computed from, by operations of these alone. */
  #readsInputs({ operands }: ArtefactOperation, among: ReadonlySet<ArtefactOperation>): boolean {
    return operands.every(({ value }) => {
      const whole = this.#makers.written.whole(value);
      if (typeof whole !== 'string') return true;
      const by = this.#makers.written.of(whole)?.by;
      return by === 'input' || (by !== undefined && among.has(by) && this.#readsInputs(by, among));
    });
  }
}

/** Whether it is a constant with a number that would be infinite in float16. */
function isBeyond({ value }: ArtefactOperand): boolean {
  if (typeof value === 'string' || value.stored !== 'whole') return false;
  const elements = value.elements();
  if (!(elements instanceof Float32Array)) return false;
  return elements.some((each) => Number.isFinite(each) && !Number.isFinite(float16ToNumber(numberToFloat16(each))));
}

/** Whether what it holds in subnormal numbers is more of it than rounding may cost, by the L2 norm. */
function isFlushable(elements: ArrayLike<number>): boolean {
  let [all, subnormal] = [0, 0];
  for (let i = 0; i < elements.length; i++) {
    const square = (elements[i] ?? 0) ** 2;
    all += square;
    if (square < SMALLEST_NORMAL ** 2) subnormal += square;
  }
  return subnormal > toleranceOf('fp16') ** 2 * all;
}

/** Bounds, which a smaller type moves to its own. */
function isBound(operator: string, role: string): boolean {
  return /^(clip (alpha|beta)|(maximum|minimum) [xy]) 0$/.test(`${operator} ${role}`);
}

const same = (a: number, b: number) => Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b));

function firstUnlike(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  isLike: (stored: number, float: number, index: number) => boolean,
): string | undefined {
  for (let i = 0; i < x.length; i++) {
    const [stored = 0, float = 0] = [x[i], y[i]];
    if (!isLike(stored, float, i)) return `holds ${stored} at ${i}, which is not what rounding makes of ${float}`;
  }
  return undefined;
}

/**
 * Whether a float16 is the nearest to a float32. A single number that would vanish is the smallest step, and a bound may be
 * that of the type.
 */
function isRounded(stored: number, float: number, isSingle: boolean, bound: boolean): boolean {
  const nearest = float16ToNumber(numberToFloat16(float));
  if (isSingle && nearest === 0 && float !== 0 && same(stored, Math.sign(float) * SMALLEST_STEP)) return true;
  if (bound && stored === SMALLEST_NORMAL && float > 0 && float < SMALLEST_NORMAL) return true;
  if (bound && stored === LARGEST_FLOAT16 && float > LARGEST_FLOAT16) return true;
  // An infinity that was none is no rounding.
  return same(stored, nearest) && Number.isFinite(nearest) === Number.isFinite(float);
}

/** Each integer is the nearest of its steps, of which 0 is one where it is needed, and the steps of a channel reach just as far as its numbers. */
function unlikeSteps(
  shape: readonly number[],
  { least, most, scales, offsets, blocks }: StoredSteps,
  stored: ArrayLike<number>,
  floats: ArrayLike<number>,
): string | undefined {
  const placeOf = blockOf(shape, blocks);
  const ends = scales.map(() => ({ reached: false, isExact: true }));
  const unlike = firstUnlike(stored, floats, (step, float, index) => {
    const place = placeOf(index);
    const [scale = 1, offset = 0, end] = [scales[place], offsets[place], ends[place]];
    // Scales of float16 are rounded themselves, and cannot be smaller than its step.
    if (end && (step <= ENDS * least || step >= ENDS * most || scale === SMALLEST_STEP)) end.reached = true;
    if (end && step * scale + offset !== float) end.isExact = false;
    const isZeroKept = float !== 0 || step * scale + offset === 0;
    return isZeroKept && step === Math.round((float - offset) / scale);
  });
  if (unlike !== undefined) return unlike;
  const wide = ends.findIndex(({ reached, isExact }) => !reached && !isExact);
  return wide < 0 ? undefined : `is stored in wider steps than it takes, at ${wide}`;
}

/** Each number is an entry of its table, and no other entry is nearer. */
function unlikeTable(
  shape: readonly number[],
  { tables, blocks }: StoredTable,
  given: ArrayLike<number>,
  floats: ArrayLike<number>,
): string | undefined {
  const placeOf = blockOf(shape, blocks);
  return firstUnlike(given, floats, (number, float, index) => {
    const table = tables[placeOf(index)] ?? [];
    const distance = Math.abs(number - float);
    let isEntry = false;
    for (let i = 0; i < table.length; i++) {
      const entry = table[i] ?? 0;
      if (Math.abs(entry - float) < distance) return false;
      isEntry ||= entry === number;
    }
    return isEntry;
  });
}
