import { type Node, sameShape } from '../../model/index.js';

/** Whether the first result has the type of the first operand, both known. */
export const keepsType = (node: Node): boolean =>
  node.dtypeOf(0) !== undefined && node.dtypeOf(0) === node.output().dtype;

/** Whether the first result has the shape of the first operand: the same numbers, or the same symbols. */
export const keepsShape = (node: Node): boolean => sameShape(node.input(0).shape, node.output().shape);

/** Whether what takes any number of operands has one. */
export const hasOneOperand = (node: Node): boolean => node.inputs.length === 1;
