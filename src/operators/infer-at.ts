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
  try {
    inferTypes(graph);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // The file is valid; what is asked of it is not.
    const what = error.what.replace(/^not valid ONNX: /, '');
    throw new InputError({ what: `at ${formatShapes(shapes)}: ${what}`, where: error.where, todo, cause: error });
  }
  return graph;
}

/** For messages: `x [1,3,224,224], y [1,8]`. */
export function formatShapes(shapes: ReadonlyMap<string, Shape>): string {
  return Array.from(shapes, ([name, shape]) => `${name} ${formatShape(shape)}`).join(', ');
}
