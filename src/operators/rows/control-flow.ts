import type { Dimension, Graph, Node, Shape, Value } from '../../model/index.js';
import { type Facts, operator } from '../operator.js';
import { constantOf } from '../shape/constants.js';
import { factsOf } from '../shape/facts.js';
import { unknownSize } from '../shape/unknown.js';

/** One of two subgraphs, by the condition. */
export const conditional = operator('If', {
  traits: [],
  parameters: (node) => ({
    thenBranch: bodyOf(node, 'then_branch'),
    elseBranch: bodyOf(node, 'else_branch'),
    /** undefined where it is computed. */
    condition: conditionOf(node),
  }),
  reachable: (_node, { thenBranch, elseBranch, condition }) =>
    condition === undefined ? [thenBranch, elseBranch] : [condition ? thenBranch : elseBranch],
  infer: (node, { thenBranch, elseBranch, condition }) => {
    if (condition !== undefined) return (condition ? thenBranch : elseBranch).outputs.map(factsOf);
    return thenBranch.outputs.map((value, index) => either(node, value, elseBranch.outputs[index]));
  },
});

function bodyOf(node: Node, name: string): Graph {
  const graph = node.subgraph(name);
  if (!graph) throw node.invalid(`attribute ${name} is missing`);
  return graph;
}

function conditionOf(node: Node): boolean | undefined {
  const [known] = node.input(0).elements ?? [];
  if (typeof known === 'number') return known !== 0;
  const value = constantOf(node.input(0))?.toFloat64()[0];
  return value === undefined ? undefined : value !== 0;
}

/** What holds of both values. */
function either(node: Node, a: Value, b: Value | undefined): Facts {
  const dtype = a.dtype === b?.dtype ? a.dtype : undefined;
  if (!a.shape || !b?.shape || a.shape.length !== b.shape.length) return { dtype };
  const other = b.shape;
  return { dtype, shape: a.shape.map((size, axis) => (size === other[axis] ? size : unknownSize(node))) };
}

export interface BodyParameters {
  readonly body: Graph;
}

/** Inputs: how often, whether to begin, what is carried. The body: iteration, condition, carried to condition, carried, told. */
export const loop = operator('Loop', {
  traits: [],
  parameters: (node): BodyParameters => ({ body: bodyOf(node, 'body') }),
  enter: (node, { body }) => {
    const [iteration, condition, ...carried] = body.inputs;
    if (iteration) setType(iteration, 'int64', []);
    if (condition) setType(condition, 'bool', []);
    carried.forEach((value, index) => {
      setType(value, node.inputs[2 + index]?.dtype);
    });
  },
  infer: (node, { body }) => {
    const carried = node.inputs.slice(2);
    return body.outputs
      .slice(1)
      .map((value, index) => (index < carried.length ? kept(node, carried[index], value) : collected(node, value)));
  },
});

/** Inputs: what is carried, then what is scanned, slice by slice. */
export const scan = operator('Scan', {
  traits: [],
  parameters: (node) => {
    const scanInputs = node.int('num_scan_inputs', undefined);
    if (scanInputs === undefined) throw node.invalid('attribute num_scan_inputs is missing');
    return { body: bodyOf(node, 'body'), scanInputs };
  },
  enter: (node, { body }) => {
    const skipped = node.opset < 9 ? 1 : 0;
    body.inputs.forEach((value, index) => {
      setType(value, node.inputs[skipped + index]?.dtype);
    });
  },
  infer: (node, { body, scanInputs }) => {
    // The first version has a batch axis of its own; only types are told there.
    if (node.opset < 9) return body.outputs.map((value) => ({ dtype: value.dtype }));
    const carried = node.inputs.slice(0, -scanInputs);
    return body.outputs.map((value, index) =>
      index < carried.length ? kept(node, carried[index], value) : collected(node, value),
    );
  },
});

/** The file's own declaration of a shape stays: the sizes may change from one iteration to the next. */
function setType(value: Value, dtype: Value['dtype'], shape: Shape | undefined = value.shape): void {
  value.dtype = dtype ?? value.dtype;
  value.shape = shape;
}

/** What is carried is the first value where there is no iteration, else what the body gives. */
function kept(node: Node, first: Value | undefined, value: Value): Facts {
  return { ...either(node, value, first), dtype: value.dtype ?? first?.dtype };
}

/** One value of each iteration, stacked. Sizes without a name may differ between iterations as far as anyone knows. */
function collected(node: Node, { dtype, shape }: Value): Facts {
  const inner = shape?.map((size): Dimension => (typeof size === 'number' ? size : unknownSize(node)));
  return { dtype, shape: inner && [unknownSize(node), ...inner] };
}
