import { type Dimension, formatShape, type Model, type Shape, UsageError, type Value } from '../model/index.js';
import { nearestHint } from '../nearest-name.js';

/**
 * Gives inputs the sizes that the user asks for. A symbol that is fixed in one input is fixed in all of them. Only types
 * of inputs change; inference carries the sizes on.
 * @returns what became fixed, a sentence each
 * @throws UsageError where there is no such input, or the file fixes another size
 */
export function fixShapes(model: Model, shapes: ReadonlyMap<string, readonly number[]>): string[] {
  const { inputs } = model.graph;
  const sizes = new Map<string, number>();
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
    input.shape?.forEach((dimension, axis) => {
      const size = shape[axis] ?? 0;
      if (typeof dimension === 'number') return;
      if ((sizes.get(dimension) ?? size) !== size) {
        throw new UsageError({ what: `--shape: ${dimension} cannot be ${sizes.get(dimension)} and ${size} at once` });
      }
      sizes.set(dimension, size);
    });
    if (!input.shape) notes.push(`the shape of input ${name} was not known and is now ${formatShape(shape)}`);
    input.shape = shape;
  }
  for (const input of inputs) {
    input.shape = input.shape && withSizes(input.shape, sizes);
  }
  for (const [symbol, size] of sizes)
    notes.push(`dimension ${symbol.startsWith('?') ? 'of unknown name' : symbol} became ${size}`);
  return notes;
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

function withSizes(shape: Shape, sizes: ReadonlyMap<string, number>): Shape {
  return shape.map((dimension) => (typeof dimension === 'string' ? (sizes.get(dimension) ?? dimension) : dimension));
}
