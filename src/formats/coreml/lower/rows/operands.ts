import { decline } from '../../../../lowering/decline.js';
import type { DataType, Node } from '../../../../model/index.js';
import type { MilValue } from '../../program/program.js';
import type { NodeBuilder } from '../node-builder.js';
import type { Row } from './row.js';

/** A function of one float operand, any rank: element-wise operations do not mind the shape. */
export const onFloat =
  (make: (to: NodeBuilder, x: MilValue, node: Node) => MilValue): Row =>
  (node, to) => {
    if (to.kindOf() !== 'float') decline('Core ML computes it for floats alone');
    to.output(make(to, to.carrier(), node));
  };

/** @throws Declined where the first operand is of one of these types, whose results may not fit into it */
export function expectWide(node: Node, narrow: readonly DataType[] = ['int8', 'uint8', 'int16', 'uint16']): void {
  const dtype = node.dtypeOf(0);
  if (dtype && narrow.includes(dtype)) decline(`${dtype} wraps around where the 32 bits of Core ML do not`);
}
