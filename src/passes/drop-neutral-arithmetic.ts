import { isInteger, type Node, type Value } from '../model/index.js';
import { isEveryElement } from './element-test.js';
import type { Pass } from './pass.js';
import { replaceNode } from './replace-node.js';
import { valuesWithSignOfZero } from './sign-of-zero.js';

interface Neutral {
  readonly element: number;
  /** Whether the constant may also be the first operand. */
  readonly commutes: boolean;
}

const NEUTRAL: ReadonlyMap<string, Neutral> = new Map([
  ['Add', { element: 0, commutes: true }],
  ['Sub', { element: 0, commutes: false }],
  ['Mul', { element: 1, commutes: true }],
  ['Div', { element: 1, commutes: false }],
  ['Pow', { element: 1, commutes: false }],
]);

/**
 * Drops arithmetic with the neutral element.
 *
 * Given: `y = Add(x, 0)` (what Python's `sum` leaves), `Sub(x, 0)`, `Mul(x, 1)`, `Div(x, 1)`, `Pow(x, 1)`.   Result: x.
 * Exact: but for -0 + 0, which is 0 and stays -0 here, its equal.
 * Keeps off: where the constant would broadcast x to another shape; Add where a reader tells 0 from -0, as 1/x does.
 */
export const dropNeutralArithmetic: Pass = {
  name: 'drop-neutral-arithmetic',
  run(graph, changes) {
    let withSign: ReadonlySet<Value> | undefined;
    const losesZero = (node: Node) => {
      if (!node.is('Add') || isInteger(node.output().dtype)) return false;
      withSign ??= valuesWithSignOfZero(graph);
      return withSign.has(node.output());
    };
    for (const node of graph.nodesOf(...NEUTRAL.keys())) {
      const x = unchanged(node);
      if (x && !losesZero(node)) replaceNode(node, x, changes);
    }
  },
};

/** The operand that the node passes through as it is. */
function unchanged(node: Node): Value | undefined {
  const neutral = NEUTRAL.get(node.operator);
  if (!neutral) return undefined;
  const [a, b] = [node.input(0), node.input(1)];
  if (isNeutral(b, a, neutral.element)) return a;
  return neutral.commutes && isNeutral(a, b, neutral.element) ? b : undefined;
}

function isNeutral(operand: Value, x: Value, element: number): boolean {
  return operand.constant !== undefined && broadcastsInto(operand, x) && isEveryElement(operand.constant, element);
}

/** Whether `operand` is stretched to the shape of `x`, and x never to that of the operand. Zero sizes count as sizes. */
function broadcastsInto(operand: Value, x: Value): boolean {
  const [from, to] = [operand.shape, x.shape];
  if (from?.length === 0) return true;
  if (!from || !to || from.length > to.length) return false;
  const offset = to.length - from.length;
  return from.every((size, axis) => size === 1 || size === to[offset + axis]);
}
