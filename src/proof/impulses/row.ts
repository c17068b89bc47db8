import type { Node } from '../../model/index.js';
import type { Axes, Following } from './axes.js';
import type { LinearMap } from './linear-maps.js';

/** An operand of a node as it is evaluated. */
export interface Operand {
  readonly shape: readonly number[];
  /** Its elements, where they are known before anything runs. */
  readonly constant: Float64Array | undefined;
}

export type Operands = readonly (Operand | undefined)[];

/** A result as an affine map of its operands: the sum of the maps of some of them, and of a constant. */
export interface AffineForm {
  readonly shape: readonly number[];
  readonly terms: readonly { readonly operand: number; readonly map: LinearMap }[];
  readonly constant?: Float64Array | undefined;
}

/** What an operator computes, said once more and by itself: nothing here is shared with what merges nodes. */
export interface Row {
  /** The operands whose elements matter; absent: all. Of others the type or the sizes do. */
  readonly reads?: readonly number[];
  /**
   * The results of a node for operands of these sizes.
   * @throws NotAffine where it is no affine map of what is not constant
   */
  forms(node: Node, operands: Operands): readonly AffineForm[];
  /**
   * How the axes of the results follow those of the operands; of constants there are none. Absent: what a result holds may
   * depend on all of an operand, and on its sizes.
   */
  follow?(node: Node, operands: readonly (Axes | undefined)[], following: Following): readonly Axes[];
}

/** A node that is no affine map, or that this evaluator does not know. */
export class NotAffine extends Error {}

/** The operand at `index`. @throws NotAffine where it is left out */
export function operandAt(node: Node, operands: Operands, index: number): Operand {
  const operand = operands[index];
  if (!operand) throw new NotAffine(`${node.operator} has no operand ${index}`);
  return operand;
}

/** The elements of a constant operand. @throws NotAffine where it is computed from the input */
export function constantAt(node: Node, operands: Operands, index: number): Float64Array {
  const { constant } = operandAt(node, operands, index);
  if (!constant) throw new NotAffine(`${node.operator}: operand ${index} is no constant`);
  return constant;
}

/** A parameter that a node must have here. @throws NotAffine where it depends on what is not known */
export function known<T>(node: Node, value: T | undefined, name: string): T {
  if (value === undefined) throw new NotAffine(`${node.operator}: its ${name} are not known`);
  return value;
}
