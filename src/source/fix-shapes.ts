import {
  type AskedShape,
  type AskedSize,
  type Dimension,
  formatAsked,
  formatShape,
  isFlexible,
  type Model,
  type Shape,
  UsageError,
  type Value,
} from '../model/index.js';
import { nearestHint } from '../nearest-name.js';

/** What became fixed. */
export interface FixedSizes {
  /** A sentence each. */
  readonly notes: string[];
  /** The shapes of inputs that have another now, by name. */
  readonly shapes: ReadonlyMap<string, Shape>;
}

/**
 * Gives inputs the sizes that the user asks for. Where the file calls an open size of another input by the name of one that
 * is fixed, that is fixed, too; a name that is given two sizes says nothing. A size that may vary stays open. Only types of
 * inputs change; inference carries the sizes on.
 * @returns what became fixed
 * @throws UsageError where there is no such input, or the file fixes another size
 */
export function fixShapes(model: Model, shapes: ReadonlyMap<string, AskedShape>): FixedSizes {
  const { inputs } = model.graph;
  const before = new Map(inputs.map(({ name, shape }) => [name, shape]));
  const sizes = new Sizes(model);
  const notes: string[] = [];
  for (const [name, shape] of shapes) {
    const input = inputs.find((value) => value.name === name);
    if (!input) {
      const known = inputs.map((value) => value.name);
      throw new UsageError({
        what: `--shape: the model has no input "${name}"`,
        todo: nearestHint(name, known) ?? `its inputs are ${known.join(', ')}`,
      });
    }
    expectFits(input, shape);
    if (!input.shape) notes.push(`the shape of input ${name} was not known and is now ${formatAsked(shape)}`);
    const had = input.shape ?? shape.map(() => model.freshSymbol());
    for (const [axis, dimension] of had.entries()) sizes.give(dimension, shape[axis] ?? 0);
    for (const [axis, dimension] of had.entries()) bound(model, dimension, shape[axis]);
    input.shape = had.map((dimension, axis) => fixedAt(dimension, shape[axis]));
  }
  for (const input of inputs) input.shape = input.shape?.map((dimension) => sizes.of(dimension) ?? dimension);
  const changed = inputs.flatMap(({ name, shape }) =>
    shape && String(shape) !== String(before.get(name)) ? [[name, shape] as const] : [],
  );
  return { notes: [...notes, ...sizes.notes()], shapes: new Map(changed) };
}

function bound(model: Model, dimension: Dimension, asked: AskedSize | undefined): void {
  if (typeof dimension === 'number' || asked === undefined || !isFlexible(asked)) return;
  const sizes = 'least' in asked ? [asked.least, asked.most] : asked;
  model.bound(dimension, Math.min(...sizes), Math.max(...sizes));
}

function fixedAt(before: Dimension, asked: AskedSize | undefined): Dimension {
  return asked === undefined || isFlexible(asked) ? before : asked;
}

/** The sizes that are given to dimensions, by what the file calls them. */
class Sizes {
  readonly #model: Model;
  readonly #byName = new Map<string, Set<number>>();

  constructor(model: Model) {
    this.#model = model;
  }

  give(dimension: Dimension, size: AskedSize): void {
    if (typeof dimension === 'number' || isFlexible(size)) return;
    const name = this.#nameOf(dimension);
    this.#byName.set(name, (this.#byName.get(name) ?? new Set()).add(size));
  }

  /** The one size that a dimension of this name is given; undefined where there is none, or more than one. */
  of(dimension: Dimension): number | undefined {
    if (typeof dimension === 'number') return undefined;
    const [size, ...others] = this.#byName.get(this.#nameOf(dimension)) ?? [];
    return others.length === 0 ? size : undefined;
  }

  notes(): string[] {
    return Array.from(this.#byName, ([name, sizes]) => {
      const called = this.#model.dimensionName(name) === undefined ? 'of unknown name' : name;
      if (sizes.size === 1) return `dimension ${called} became ${[...sizes]}`;
      return `the file calls unlike sizes by one name, ${name}: ${[...sizes].join(' and ')} are taken as they are given`;
    });
  }

  /** Sizes that nobody named have a symbol each, and share nothing. */
  #nameOf(symbol: string): string {
    return this.#model.dimensionName(symbol) ?? symbol;
  }
}

function expectFits(input: Value, shape: AskedShape): void {
  const { shape: had } = input;
  const differs = (dimension: Dimension, axis: number) => typeof dimension === 'number' && dimension !== shape[axis];
  if (!had || (had.length === shape.length && !had.some(differs))) return;
  const opens =
    had.length === shape.length && shape.some((size, axis) => isFlexible(size) && differs(had[axis] ?? 0, axis));
  throw new UsageError({
    what: `--shape: input ${input.name} is ${formatShape(had)}, which cannot become ${formatAsked(shape)}`,
    todo: opens ? 'export it with these axes dynamic' : 'only open sizes can be fixed',
  });
}
