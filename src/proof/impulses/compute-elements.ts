import { type Graph, isFloat, type Node, type Value } from '../../model/index.js';
import { refineNode } from '../../operators/refine.js';
import { computed, given } from './constants.js';
import { NotAffine, type Operand } from './row.js';

/** Lists of sizes and paddings have fewer numbers than this. */
const MOST_ELEMENTS = 64;

/**
 * Tells inference whole numbers that it does not follow by itself, as it knows those of vectors alone: paddings, say, that an
 * exporter turns around as a matrix. What follows from them is inferred anew.
 * @throws InputError where a node breaks the standard
 */
export function computeElements(graph: Graph): void {
  const known = new Map<Value, Operand>();
  for (const node of graph.sorted()) {
    if (graph.isStale(node)) refineNode(node);
    for (const [value, operand] of resultsOf(node, known)) {
      known.set(value, operand);
      if (value.elements || operand.shape.length > 1) continue;
      value.shape = operand.shape;
      value.elements = [...(operand.constant ?? [])];
      for (const use of value.uses) graph.markStale(use.node);
    }
  }
}

/** None where they are numbers of another kind, or depend on what is not known here. */
function resultsOf(node: Node, known: ReadonlyMap<Value, Operand>): [Value, Operand][] {
  if (node.outputs.some((value) => !value?.dtype || isFloat(value.dtype))) return [];
  const operands = node.inputs.map(
    (value) => value && (known.get(value) ?? (isShort(value) ? given(value) : undefined)),
  );
  if (operands.some((operand, index) => !operand && node.inputs[index])) return [];
  try {
    return computed(node, operands).filter(([, { constant }]) => (constant?.length ?? 0) <= MOST_ELEMENTS);
  } catch (error) {
    if (error instanceof NotAffine) return [];
    throw error;
  }
}

const isShort = ({ constant }: Value) => !constant || constant.size <= MOST_ELEMENTS;
