import { type Graph, type Node, Tensor, type Value } from '../../../model/index.js';
import { hasTrait, transpose } from '../../../operators/index.js';
import { inferNode } from '../../../operators/infer.js';
import type { Rewriting } from '../rewriting.js';

/** Channels of an image put last, and back behind the batch. */
const LAST: readonly number[] = [0, 2, 3, 1];
const FIRST: readonly number[] = [0, 3, 1, 2];

/**
 * Computes linear layers and arithmetic that stand before a turn of the channels to their place on the image as it lies behind
 * it: a linear layer of channels is a convolution of 1x1. Exact, and a turn that was there for them alone is gone. What an
 * engine computes only with channels last, as a layer norm, keeps its turn, which moves up to it.
 */
export const unturnLayers: Rewriting = {
  name: 'unturned-layers',
  what: 'linear layers on turned images as 1x1 convolutions, without the turns',
  isExact: true,
  rewrite(graph) {
    const regions = graph.nodesOf('Transpose').flatMap((node) => (turns(node, FIRST) ? [node] : []));
    return regions.filter((node) => unturn(graph, node)).length;
  },
};

function turns(node: Node | undefined, perm: readonly number[]): boolean {
  const found = node?.is('Transpose') ? transpose.parameters(node).perm : undefined;
  return found !== undefined && found.length === perm.length && found.every((axis, at) => axis === perm[at]);
}

/** @returns whether there was anything before the turn that could be computed behind it */
function unturn(graph: Graph, turn: Node): boolean {
  const inner = innerNodes(turn);
  if (inner.size === 0) return false;
  const unturned = new Map<Value, Value>();
  const of = (value: Value): Value => {
    const found = unturned.get(value);
    if (found) return found;
    const { producer } = value;
    const made =
      producer && inner.has(producer)
        ? rewritten(graph, producer, of)
        : producer && turns(producer, LAST)
          ? producer.input(0)
          : insert(graph, { operator: 'Transpose', inputs: [value], attributes: { perm: FIRST }, origin: turn.origin });
    unturned.set(value, made);
    return made;
  };
  return graph.replace(turn.output(), of(turn.input(0)));
}

/** Nodes before a turn of which nothing is read but by each other and by it. */
function innerNodes(turn: Node): ReadonlySet<Node> {
  const found = new Set<Node>();
  const waiting = [turn];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    for (const { producer } of computed(node)) {
      if (!producer || found.has(producer) || producer.graph !== turn.graph || !isMovable(producer)) continue;
      found.add(producer);
      waiting.push(producer);
    }
  }
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const node of found) {
      const value = node.output();
      const isInside = value.uses.every((use) => use.node === turn || found.has(use.node));
      if (value.isOutput || !isInside) found.delete(node);
    }
  }
  return found;
}

function computed(node: Node): readonly Value[] {
  return node.inputs.flatMap((value) => (value && !value.constant ? [value] : []));
}

/** Whether it works on channels that lie last, mixing them by weights or each for itself. */
function isMovable(node: Node): boolean {
  if (node.outputs.length !== 1 || node.outputs[0]?.shape?.length !== LAST.length) return false;
  if (node.is('MatMul')) return node.input(0).shape?.length === LAST.length && node.constant(1)?.shape.length === 2;
  const channels = Number(node.outputs[0].shape.at(-1));
  return (
    hasTrait(node, 'elementwise') &&
    node.inputs.every((value) => {
      if (!value) return true;
      const { constant } = value;
      if (!constant) return value.shape?.length === LAST.length;
      return constant.size === 1 || (constant.size === channels && constant.shape.at(-1) === channels);
    })
  );
}

function rewritten(graph: Graph, node: Node, of: (value: Value) => Value): Value {
  const { origin } = node;
  const weight = node.is('MatMul') ? node.constant(1) : undefined;
  if (weight) {
    const inputs = [of(node.input(0)), graph.addConstant(asKernel(weight))];
    return insert(graph, { operator: 'Conv', inputs, attributes: { kernel_shape: [1, 1] }, origin });
  }
  const inputs = node.inputs.map((value) => value && (value.constant ? vector(graph, value.constant) : of(value)));
  const copy = graph.insert({ operator: node.operator, inputs, origin });
  for (const [name, attribute] of node.attributes) copy.attributes.set(name, attribute);
  inferNode(copy);
  return copy.output();
}

/** [inputs, outputs] as the kernel of a convolution, [outputs, inputs, 1, 1]. */
function asKernel(weight: Tensor): Tensor {
  const [inputs = 0, outputs = 0] = weight.shape;
  const values = weight.toFloat64();
  const turned = Float64Array.from({ length: values.length }, (_, at) => {
    return values[(at % inputs) * outputs + Math.floor(at / inputs)] ?? 0;
  });
  return Tensor.from(weight.dtype, [outputs, inputs, 1, 1], turned);
}

/** A number for each channel, where channels lie first. */
function vector(graph: Graph, constant: Tensor): Value {
  if (constant.size === 1) return graph.addConstant(Tensor.from(constant.dtype, [], constant.toFloat64()));
  return graph.addConstant(Tensor.from(constant.dtype, [constant.size, 1, 1], constant.toFloat64()));
}

function insert(graph: Graph, parts: Parameters<Graph['insert']>[0]): Value {
  const node = graph.insert(parts);
  inferNode(node);
  return node.output();
}
