import { allNodes, type Graph, type Node } from '../../model/index.js';

/** Functions of one number, by ONNX's names, that networks have between their layers. */
const FUNCTIONS = [
  ...['Relu', 'LeakyRelu', 'PRelu', 'Elu', 'Selu', 'Celu', 'Gelu', 'Swish', 'Mish', 'ThresholdedRelu', 'Clip'],
  ...['Sigmoid', 'HardSigmoid', 'HardSwish', 'Tanh', 'Softplus', 'Softsign', 'Erf'],
];

/** A gate by which exporters write out an activation: its result multiplies what it was computed from. */
const GATED: ReadonlyMap<string, string> = new Map([
  ['Sigmoid', 'Swish'],
  ['HardSigmoid', 'HardSwish'],
]);

/** How many activation functions of each kind a graph has, by ONNX's names; `x * Sigmoid(x)` is a Swish. */
export function activationFunctions(graph: Graph): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const node of allNodes(graph)) {
    if (!node.is(...FUNCTIONS)) continue;
    const name = (isGate(node) && GATED.get(node.operator)) || node.operator;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether a node's one reader multiplies its result with what it read: both are one activation. */
export function isGate(node: Node): boolean {
  if (!GATED.has(node.operator) || node.domain !== '') return false;
  const reader = node.outputs[0]?.onlyReader;
  return reader?.is('Mul') === true && reader.inputs.includes(node.inputs[0]);
}
