import { type Dimension, formatShape, type Model, UsageError, type Value } from '../model/index.js';
import { nearestHint } from '../nearest-name.js';

/**
 * Gives inputs the sizes that the user asks for. Where the file calls an open size of another input by the name of one that
 * is fixed, that is fixed, too; a name that is given two sizes says nothing. Only types of inputs change; inference carries
 * the sizes on.
 * @returns what became fixed, a sentence each
 * @throws UsageError where there is no such input, or the file fixes another size
 */
export function fixShapes(model: Model, shapes: ReadonlyMap<string, readonly number[]>): string[] {
  const { inputs } = model.graph;
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
    if (!input.shape) notes.push(`the shape of input ${name} was not known and is now ${formatShape(shape)}`);
    for (const [axis, dimension] of (input.shape ?? []).entries()) sizes.give(dimension, shape[axis] ?? 0);
    input.shape = shape;
  }
  for (const input of inputs) input.shape = input.shape?.map((dimension) => sizes.of(dimension) ?? dimension);
  return [...notes, ...sizes.notes()];
}

/** The sizes that are given to dimensions, by what the file calls them. */
class Sizes {
  readonly #model: Model;
  readonly #byName = new Map<string, Set<number>>();

  constructor(model: Model) {
    this.#model = model;
  }

  give(dimension: Dimension, size: number): void {
    if (typeof dimension === 'number') return;
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

function expectFits(input: Value, shape: readonly number[]): void {
  const { shape: had } = input;
  const differs = (dimension: Dimension, axis: number) => typeof dimension === 'number' && dimension !== shape[axis];
  if (!had || (had.length === shape.length && !had.some(differs))) return;
  throw new UsageError({
    what: `--shape: input ${input.name} is ${formatShape(had)}, which cannot become ${formatShape(shape)}`,
    todo: 'only open sizes can be fixed',
  });
}
