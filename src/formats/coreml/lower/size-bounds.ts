import {
  type AskedShape,
  type Dimension,
  type Model,
  outermostChoices,
  type Shape,
  type Value,
} from '../../../model/index.js';
import { inferAt, OTHER_SIZES } from '../../../operators/infer-at.js';

/**
 * Between which numbers open sizes lie, as far as inference finds them at the ends of what was asked; of sizes that do not grow
 * with the inputs, as far as their formulas tell.
 */
export class SizeBounds {
  /** Whether any size may vary; else one that is not known is known to nobody before the network runs. */
  readonly mayVary: boolean;
  readonly #model: Model;
  readonly #found = new Map<string, { least: number; most: number }>();

  /**
   * @param asked of inputs by name
   * @throws InputError where a node breaks the standard at one of the sizes asked for
   */
  constructor(model: Model, asked: ReadonlyMap<string, AskedShape>) {
    const ends = outermostChoices(asked);
    this.mayVary = ends.length > 0;
    this.#model = model;
    markFollowing(model);
    for (const shapes of ends) this.#learn(model, shapes);
  }

  least(size: Dimension): number | undefined {
    return this.#model.isUnsteady(size) ? this.#model.leastOf(size) : this.#endOf(size, 'least');
  }

  most(size: Dimension): number | undefined {
    return this.#model.isUnsteady(size) ? this.#model.largestOf(size) : this.#endOf(size, 'most');
  }

  #endOf(size: Dimension, end: 'least' | 'most'): number | undefined {
    return typeof size === 'number' ? size : this.#found.get(size)?.[end];
  }

  #learn(model: Model, shapes: ReadonlyMap<string, readonly number[]>): void {
    const graph = inferAt(model, shapes, OTHER_SIZES);
    const fixed = new Map(valuesOf(graph).map((value) => [value.name, value]));
    for (const { name, shape, elements } of valuesOf(model.graph)) {
      this.#pair(shape, fixed.get(name)?.shape);
      this.#pair(elements, fixed.get(name)?.elements);
    }
  }

  #pair(open: Shape | undefined, fixed: Shape | undefined): void {
    open?.forEach((symbol, axis) => {
      const size = fixed?.[axis];
      if (typeof symbol === 'number' || typeof size !== 'number') return;
      const known = this.#found.get(symbol);
      this.#found.set(symbol, {
        least: Math.min(known?.least ?? size, size),
        most: Math.max(known?.most ?? size, size),
      });
    });
  }
}

/** Sizes that no formula tells and that a node makes from such as do not grow with the inputs do not either. */
function markFollowing(model: Model): void {
  const isUnsteady = (value: Value | undefined) =>
    [...(value?.shape ?? []), ...(value?.elements ?? [])].some((size) => model.isUnsteady(size));
  const seen = new Set<Dimension>(model.graph.inputs.flatMap(({ shape }) => shape ?? []));
  for (const node of model.graph.sorted()) {
    const follows = node.inputs.some(isUnsteady);
    for (const size of node.outputs.flatMap((value) => value?.shape ?? [])) {
      if (follows && typeof size === 'string' && !seen.has(size) && !model.isDerived(size)) model.markUnsteady(size);
      seen.add(size);
    }
  }
}

function valuesOf(graph: Model['graph']): Value[] {
  const made = graph.sorted().flatMap(({ outputs }) => outputs.flatMap((value) => value ?? []));
  return [...graph.inputs, ...made];
}
