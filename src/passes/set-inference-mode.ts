import { type Graph, InputError, type Node, type Value } from '../model/index.js';
import { batchNormalization, dropout, operatorOf } from '../operators/index.js';
import type { Changes, Pass } from './pass.js';
import { insertTyped, replaceNode } from './replace-node.js';

const EXPLANATION =
  'set to inference; a file exported without .eval() answers differently in training mode, which looks like a wrong conversion';

/**
 * Takes batch norms and dropouts out of training mode.
 *
 * Given: `y, m, v = BatchNormalization(x, scale, b, mean, var; training_mode: 1)`, or further results before opset 14.
 * Result: `y = BatchNormalization(x, scale, b, mean, var)`; who reads the running statistics m and v reads mean and var.
 * Exact: no. It is the same network as it is deployed, not as it is trained; a note says so.
 * Keeps off: a Dropout whose mode is computed in the graph.
 * @throws InputError where mean or var is computed in the graph, or a batch statistic is an output or read
 */
export const setInferenceMode: Pass = {
  name: 'set-inference-mode',
  run(graph, changes) {
    const isFixed = constancyIn(graph);
    for (const node of graph.nodesOf('BatchNormalization')) {
      if (batchNormalization.parameters(node).trainingMode) normalizeByStatistics(graph, node, isFixed, changes);
    }
    for (const node of graph.nodesOf('Dropout')) {
      if (dropout.parameters(node).trainingMode) stopDropping(graph, node, changes);
    }
  },
};

function normalizeByStatistics(graph: Graph, node: Node, isFixed: (value: Value) => boolean, changes: Changes): void {
  const inputs = [0, 1, 2, 3, 4].map((index) => node.input(index));
  const [, , , mean, variance] = inputs;
  for (const [statistic, name] of [
    [mean, 'mean'],
    [variance, 'variance'],
  ] as const) {
    if (!statistic || isFixed(statistic)) continue;
    throw new InputError({
      what: `a batch norm in training mode has no fixed ${name}: it is computed in the graph`,
      where: { node: node.label, value: statistic.name },
      todo: 'export the network again after .eval()',
    });
  }
  node.outputs.slice(1).forEach((output, index) => {
    const instead = inputs[3 + index];
    if (!output || output.isDead || (instead && graph.replace(output, instead))) return;
    throw new InputError({
      what: 'a batch norm in training mode gives its statistics to the outside',
      where: { node: node.label, value: output.name },
      todo: 'export the network again after .eval()',
    });
  });
  const attributes = new Map(node.attributes);
  attributes.delete('training_mode');
  attributes.delete('momentum');
  const made = insertTyped(graph, { operator: 'BatchNormalization', inputs, attributes, origin: node.origin });
  replaceNode(node, made.output(), changes);
  changes.note(`batch norms in training mode: ${EXPLANATION}`);
}

function stopDropping(graph: Graph, node: Node, changes: Changes): void {
  graph.setInput(node, 2, undefined);
  graph.setInput(node, 1, undefined);
  changes.edited();
  changes.note(`dropout in training mode: ${EXPLANATION}`);
}

/** Whether a value is the same on every run: a constant, or made of constants alone. One walk answers for all values. */
function constancyIn(graph: Graph): (value: Value) => boolean {
  let varying: Set<Value> | undefined;
  const find = () => {
    const found = new Set<Value>();
    for (const node of graph.sorted()) {
      const isOpen = (value: Value | undefined) => value && !value.constant && (!value.producer || found.has(value));
      // A node without a way to compute it is random, or a loop.
      const varies = !operatorOf(node)?.compute || node.inputs.some(isOpen);
      if (varies) for (const value of node.outputs) if (value) found.add(value);
    }
    return found;
  };
  return (value) => {
    if (value.constant) return true;
    varying ??= find();
    return value.producer?.graph === graph && !varying.has(value);
  };
}
