import { formatShape, InputError, type Model, type Shape } from '../model/index.js';

/**
 * Holds what the file declares of its outputs against what was inferred. Ours wins: nothing is ever derived from a shape
 * that a file only claims.
 * @returns where the file claims other sizes, a sentence each
 * @throws InputError where it claims another element type, which no engine loads
 */
export function compareDeclaredOutputs(model: Model): string[] {
  const notes: string[] = [];
  for (const { name, dtype, shape } of new Set(model.graph.outputs)) {
    const declared = model.declaredOutputs.get(name);
    if (declared?.dtype && dtype && declared.dtype !== dtype) {
      throw new InputError({
        what: `not valid ONNX: an output is declared ${declared.dtype}, but is ${dtype}`,
        where: { value: name },
        todo: 'export or download the model again',
      });
    }
    if (contradict(declared?.shape, shape)) {
      notes.push(`the output ${name} is declared ${formatShape(declared?.shape)}, but is ${formatShape(shape)}`);
    }
  }
  return [...notes, ...unlikeSizes(model)];
}

/** Names of dimensions that the outputs contradict: the file calls several sizes by one. */
function unlikeSizes(model: Model): string[] {
  const sizes = new Map<string, Set<number>>();
  for (const { name, shape } of model.graph.outputs) {
    const declared = model.declaredOutputs.get(name)?.shape;
    for (const [axis, size] of (shape ?? []).entries()) {
      const said = declared?.[axis];
      const called = typeof said === 'string' ? model.dimensionName(said) : undefined;
      if (called === undefined || typeof size !== 'number') continue;
      sizes.set(called, (sizes.get(called) ?? new Set()).add(size));
    }
  }
  return Array.from(sizes).flatMap(([called, unlike]) =>
    unlike.size < 2
      ? []
      : [`the file calls unlike sizes of outputs by one name, ${called}: they are ${[...unlike].join(' and ')}`],
  );
}

/** Sizes without a number agree with everything. */
function contradict(declared: Shape | undefined, actual: Shape | undefined): boolean {
  if (!declared || !actual) return false;
  const isOther = (size: Shape[number], axis: number) => {
    const claimed = declared[axis];
    return typeof size === 'number' && typeof claimed === 'number' && size !== claimed;
  };
  return declared.length !== actual.length || actual.some(isOther);
}
