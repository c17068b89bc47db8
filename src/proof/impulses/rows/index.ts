import type { Node } from '../../../model/index.js';
import type { Row } from '../row.js';
import { constantRows } from './constants.js';
import { elementwiseRows } from './elementwise.js';
import { joinRows } from './joins.js';
import { movementRows } from './movements.js';
import { pickRows } from './picks.js';
import { productRows } from './products.js';
import { reductionRows } from './reductions.js';
import { shapeRows } from './shapes.js';

const rows: ReadonlyMap<string, Row> = new Map(
  Object.entries({
    ...constantRows,
    ...elementwiseRows,
    ...shapeRows,
    ...joinRows,
    ...pickRows,
    ...movementRows,
    ...productRows,
    ...reductionRows,
  }),
);

/** What an operator of ONNX's own computes; undefined where it is not known here. */
export function rowOf(node: Node): Row | undefined {
  return node.domain === '' ? rows.get(node.operator) : undefined;
}
