import { allNodes, type Graph, type Node } from '../../model/index.js';

/** Operators that take or make quantised activations; those of ONNX Runtime's own quantiser among them. */
const ON_ACTIVATIONS = /^(QLinear|QGemm|QAttention|ConvInteger|MatMulInteger|DynamicQuantize)/;
/** Operators of ONNX Runtime that hold quantised weights alone. */
const ON_WEIGHTS = /^MatMul(NBits|BnB4|FpQ4)$/;

/** A tensor of fewer elements is no weight: what it loses is nothing. */
const SMALLEST_WEIGHT = 64;

/** What a graph quantises: computed values, or weights alone. */
export function quantizationOf(graph: Graph): 'weights' | 'activations' | undefined {
  const nodes = [...allNodes(graph)];
  if (nodes.some(quantisesActivations)) return 'activations';
  return nodes.some(holdsQuantisedWeights) ? 'weights' : undefined;
}

function quantisesActivations(node: Node): boolean {
  if (node.operator === 'QuantizeLinear') return node.inputs[0]?.constant === undefined;
  return ON_ACTIVATIONS.test(node.operator);
}

function holdsQuantisedWeights({ operator, inputs: [weight] }: Node): boolean {
  const isStored = operator === 'DequantizeLinear' && (weight?.constant?.size ?? 0) >= SMALLEST_WEIGHT;
  return isStored || ON_WEIGHTS.test(operator);
}
