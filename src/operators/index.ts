import { type Node, Tensor } from '../model/index.js';
import type { Operator } from './operator.js';
import * as rows from './rows/index.js';
import type { Trait } from './traits.js';

export type { Facts, Operator } from './operator.js';
export * from './rows/index.js';
export type { Trait } from './traits.js';

const table: ReadonlyMap<string, Operator> = new Map(Object.values(rows).map((row: Operator) => [row.name, row]));

/** The row of a node's operator; undefined where the table has none (another domain, or an operator without a row). */
export function operatorOf(node: Node): Operator | undefined {
  return node.domain === '' ? table.get(node.operator) : undefined;
}

/** Whether one of the traits holds for a node's operator; none does for an operator without a row. */
export function hasTrait(node: Node, ...traits: readonly Trait[]): boolean {
  return operatorOf(node)?.traits.some((trait) => traits.includes(trait)) ?? false;
}

/** Names of ONNX's operators for which a trait holds. */
export function operatorsWith(trait: Trait): string[] {
  return [...table.values()].filter(({ traits }) => traits.includes(trait)).map(({ name }) => name);
}

/**
 * The parameters of a node in the form that is the same for every operator set version; undefined without a row. Where
 * the operator is known, `conv.parameters(node)` says the same with its type.
 * @throws InputError where the node breaks the standard
 */
export function parametersOf(node: Node): unknown {
  return operatorOf(node)?.parameters(node);
}

/**
 * The results of a node for these operands, as its row computes them; undefined where it has no row, or the row declines.
 * @throws InputError where the node breaks the standard
 */
export function resultsFor(node: Node, operands: readonly (Tensor | undefined)[]): readonly Tensor[] | undefined {
  const row = operatorOf(node);
  const results = row?.compute?.(operands, row.parameters(node), node);
  return results instanceof Tensor ? [results] : results;
}
