import type { Node, Value } from '../model/index.js';
import { isAbout, soleNumber } from './element-test.js';

type Arithmetic = 'Add' | 'Sub' | 'Mul' | 'Div' | 'Pow';

/** One computed operand and one constant of a single element. */
export interface WithScalar {
  readonly x: Value;
  readonly constant: Value;
}

/**
 * The operands of `operator(x, c)` where c has one element and does not widen x; c may be first where `commutes`.
 * @returns undefined where the value is not made that way, or c is not `expected` (see `isAbout`)
 */
export function withScalar(made: Value | undefined, operator: Arithmetic, expected?: number): WithScalar | undefined {
  const node = made?.producer;
  if (!node?.is(operator)) return undefined;
  const commutes = operator === 'Add' || operator === 'Mul';
  const found = ofOne(node, 0, 1) ?? (commutes ? ofOne(node, 1, 0) : undefined);
  return found && (expected === undefined || isAbout(found.constant.constant, expected)) ? found : undefined;
}

function ofOne(node: Node, operand: number, scalar: number): WithScalar | undefined {
  const [x, constant] = [node.input(operand), node.input(scalar)];
  if (constant.constant?.size !== 1 || x.constant) return undefined;
  const rank = constant.constant.shape.length;
  return rank === 0 || rank <= (x.rank ?? 0) ? { x, constant } : undefined;
}

/** The two operands of a node in both orders. */
export function bothOrders(node: Node): readonly (readonly [Value, Value])[] {
  const [a, b] = [node.input(0), node.input(1)];
  return [
    [a, b],
    [b, a],
  ];
}

/** A product taken apart: `scale * factors[0] * factors[1] * …`. */
export interface Product {
  readonly scale: number;
  readonly factors: readonly Value[];
  /** The nodes that make it, the last first. */
  readonly nodes: readonly Node[];
}

/** Longer products are none of the forms that anyone looks for; the bound keeps long chains linear. */
const MOST_NODES = 4;

/** What a Mul or Div multiplies, through those products before it that nobody else reads. */
export function productOf(root: Node): Product {
  let scale = 1;
  const factors: Value[] = [];
  const nodes: Node[] = [];
  const open = [root.output()];
  for (let value = open.pop(); value; value = open.pop()) {
    const node = value.producer;
    const isInner =
      node === root || (value.onlyReader && nodes.includes(value.onlyReader) && nodes.length < MOST_NODES);
    const scaled = withScalar(value, 'Mul') ?? withScalar(value, 'Div');
    const number = soleNumber(scaled?.constant.constant);
    if (node && isInner && scaled && number !== undefined) {
      scale = node.is('Div') ? scale / number : scale * number;
      open.push(scaled.x);
      nodes.push(node);
    } else if (node?.is('Mul') && isInner) {
      open.push(node.input(0), node.input(1));
      nodes.push(node);
    } else factors.push(value);
  }
  return { scale, factors, nodes };
}
