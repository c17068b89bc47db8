import type { Node } from '../model/index.js';
import type { Operator } from './operator.js';
import * as rows from './rows.js';

export type { Facts, Operator } from './operator.js';
export * from './rows.js';

const table: ReadonlyMap<string, Operator> = new Map(Object.values(rows).map((row: Operator) => [row.name, row]));

/** The row of a node's operator; undefined where the table has none (another domain, or an operator without a row). */
export function operatorOf(node: Node): Operator | undefined {
  return node.domain === '' ? table.get(node.operator) : undefined;
}

/**
 * The parameters of a node in the form that is the same for every operator set version; undefined without a row. Where
 * the operator is known, `conv.parameters(node)` says the same with its type.
 * @throws InputError where the node breaks the standard
 */
export function parametersOf(node: Node): unknown {
  return operatorOf(node)?.parameters(node);
}
