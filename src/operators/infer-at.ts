import { formatShape, type Graph, InputError, type Model, type Shape } from '../model/index.js';
import { inferTypes } from './infer.js';

/**
 * What a model is at these shapes of its inputs, by name: a copy of its graph with types inferred.
 * @param todo what a user can do where it is nothing at them
 * @throws InputError where a node breaks the standard at them; it names the shapes
 */
export function inferAt(model: Model, shapes: ReadonlyMap<string, Shape>, todo: string): Graph {
  const { graph } = model.copy();
  for (const input of graph.inputs) input.shape = shapes.get(input.name) ?? input.shape;
  inferFixed(graph, shapes, todo);
  return graph;
}

/**
 * Infers types in a graph whose inputs were given these shapes, by name.
 * @param todo what a user can do where it is nothing at them
 * @throws InputError where a node breaks the standard; it names the shapes, where there are any
 */
export function inferFixed(graph: Graph, shapes: ReadonlyMap<string, Shape>, todo: string): void {
  try {
    inferTypes(graph);
  } catch (error) {
    if (!(error instanceof InputError) || shapes.size === 0) throw error;
    // The file is valid; what is asked of it is not.
    const what = error.what.replace(/^not valid ONNX: /, '');
    throw new InputError({ what: `at ${formatShapes(shapes)}: ${what}`, where: error.where, todo, cause: error });
  }
}

/** What is said where the user chose sizes. */
export const OTHER_SIZES = 'ask for sizes that it takes with --shape';

/** For messages: `x [1,3,224,224], y [1,8]`. */
export function formatShapes(shapes: ReadonlyMap<string, Shape>): string {
  return Array.from(shapes, ([name, shape]) => `${name} ${formatShape(shape)}`).join(', ');
}
