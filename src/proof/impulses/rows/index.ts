import type { Node } from '../../../model/index.js';
import type { Row } from '../row.js';
import { elementwiseRows } from './elementwise.js';
import { movementRows } from './movements.js';
import { productRows } from './products.js';
import { reductionRows } from './reductions.js';

const rows: ReadonlyMap<string, Row> = new Map(
  Object.entries({ ...elementwiseRows, ...movementRows, ...productRows, ...reductionRows }),
);

/** What an operator of ONNX's own computes; undefined where it is not known here. */
export function rowOf(node: Node): Row | undefined {
  return node.domain === '' ? rows.get(node.operator) : undefined;
}
