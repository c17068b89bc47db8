import type { Node, Tensor, Value } from '../model/index.js';
import { argMax, nonMaxSuppression, topK } from '../operators/index.js';
import { faultInSelection } from './box-rule.js';
import { faultInOrder } from './order-rule.js';
import type { Chosen } from './own-selections.js';

/**
 * What is wrong with what an artefact chose, by the rule of the source's node and the artefact's own numbers.
 * @param tensorOf what the node is given and what was chosen, by value of the source
 * @returns in words; undefined: nothing is
 */
export function faultIn(chosen: Chosen, tensorOf: (value: Value) => Tensor | undefined): string | undefined {
  const { node, places } = chosen;
  const given = (value: Value): Tensor => {
    const tensor = tensorOf(value);
    if (!tensor) throw new Error(`${value.name} was not looked at`);
    return tensor;
  };
  const fault = node.is('NonMaxSuppression')
    ? faultInSelection({ ...rulesOf(chosen, given), selected: given(places) })
    : faultInOrder({ ...orderOf(node), x: given(node.input(0)), indices: given(places) });
  return fault && `${node.operator} ${node.label}: ${fault}`;
}

function rulesOf({ node, enough }: Chosen, given: (value: Value) => Tensor) {
  const { centerPointBox, maxOutputBoxesPerClass, iouThreshold, scoreThreshold } = nonMaxSuppression.parameters(node);
  const numberOf = (known: number | undefined, index: number) =>
    known ?? given(node.input(index)).toFloat64()[0] ?? Number.NaN;
  return {
    boxes: given(node.input(0)),
    scores: given(node.input(1)),
    isCentred: centerPointBox,
    most: numberOf(maxOutputBoxesPerClass, 2),
    enough,
    iouThreshold: numberOf(iouThreshold, 3),
    scoreThreshold: numberOf(scoreThreshold, 4),
  };
}

function orderOf(node: Node) {
  if (node.is('TopK')) {
    const { axis, largest, sorted } = topK.parameters(node);
    return { axis, isLargest: largest, isSorted: sorted };
  }
  // ArgMin has the parameters of ArgMax.
  return { axis: argMax.parameters(node).axis, isLargest: node.is('ArgMax'), isSorted: true };
}
