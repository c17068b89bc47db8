import { decline } from '../../../../lowering/decline.js';
import type { DataType, Node } from '../../../../model/index.js';
import { cast as castOperator } from '../../../../operators/index.js';
import { cast } from '../operations.js';
import { milTypeOf } from '../types.js';
import type { Rows } from './row.js';

/** Bits and sign of the integers that become int32. */
const RANGES: ReadonlyMap<DataType, readonly [least: number, most: number]> = new Map([
  ['bool', [0, 1]],
  ['uint8', [0, 2 ** 8 - 1]],
  ['int8', [-(2 ** 7), 2 ** 7 - 1]],
  ['uint16', [0, 2 ** 16 - 1]],
  ['int16', [-(2 ** 15), 2 ** 15 - 1]],
  ['int32', [-(2 ** 31), 2 ** 31 - 1]],
]);

/** MIL computes in fp16, fp32, int32 and bool: casts between types that are one of these come to nothing. */
export const casts: Rows = {
  Cast(node, to) {
    const target = castOperator.parameters(node).to;
    const kind = milTypeOf(target);
    if (kind === 'int32') expectNotNarrower(node, target);
    // A float that stays one keeps the node's type: casts do not decide what Core ML computes in.
    to.output(cast(to, to.carrier(), kind === 'float' ? to.float : kind));
  },
};

/** @throws Declined where numbers that do not fit would wrap around in ONNX and would not here */
function expectNotNarrower(node: Node, target: DataType | undefined): void {
  const from = node.dtypeOf(0);
  const wanted = target && RANGES.get(target);
  if (!wanted || target === 'int32') return;
  const given = from && RANGES.get(from);
  if (!given || given[0] < wanted[0] || given[1] > wanted[1]) {
    decline(`${from} that does not fit into ${target} wraps around, which Core ML's 32 bits do not`);
  }
}
