import { type Graph, isFloat, type Node, readBy, type Tensor, type Value } from '../model/index.js';
import { hasTrait } from '../operators/index.js';

/**
 * Finds the values of which some reader, near or far, tells 0 from -0: 1/0 is not 1/-0. One walk back over the graph.
 * All operators are taken to let the sign of a zero through but those known to forget it. An output of the model does
 * not count: -0 equals 0.
 */
export function valuesWithSignOfZero(graph: Graph): ReadonlySet<Value> {
  const told = new Set<Value>(graph.parent ? graph.outputs : []);
  for (const node of [...graph.sorted()].reverse()) {
    if (node.subgraphs().length > 0) {
      for (const value of readBy(node)) told.add(value);
      continue;
    }
    const passes = letsThrough(node) && node.outputs.some((value) => value && told.has(value));
    node.inputs.forEach((value, index) => {
      if (value && (passes || tellsApart(node, index))) told.add(value);
    });
  }
  return told;
}

/** Whether the operand decides between infinities, or is looked at bit by bit. */
function tellsApart(node: Node, index: number): boolean {
  if (node.domain !== '') return true;
  switch (node.operator) {
    case 'Reciprocal':
      return true;
    case 'Div':
      return index === 1;
    case 'Pow':
      return (
        index === 0 &&
        !node
          .constant(1)
          ?.toFloat64()
          .every((exponent) => exponent > 0)
      );
    case 'BitCast':
      return true;
    case 'Cast':
    case 'CastLike':
      return node.outputs[0]?.dtype === 'string';
    default:
      return false;
  }
}

function letsThrough(node: Node): boolean {
  if (hasTrait(node, 'forgetsSignOfZero')) return false;
  // Adding 0 makes 0 of either, and all but -0 drowns them.
  if (node.is('Add')) return !node.inputs.some((value) => value?.constant && isFreeOf(value.constant, isNegativeZero));
  if (node.is('Sub')) {
    const [from, taken] = [node.constant(0), node.constant(1)];
    return !((from && isFreeOf(from, isNegativeZero)) || (taken && isFreeOf(taken, isZero)));
  }
  return node.outputs.some((value) => isFloat(value?.dtype) || value?.dtype === undefined);
}

function isFreeOf(tensor: Tensor, test: (value: number) => boolean): boolean {
  return isFloat(tensor.dtype) && !tensor.toFloat64().some(test);
}

const isZero = (value: number) => value === 0;
const isNegativeZero = (value: number) => Object.is(value, -0);
