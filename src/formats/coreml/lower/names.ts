import type { Value } from '../../../model/index.js';
import type { Traced } from '../../metadata.js';
import type { Names } from '../../names.js';
import { LEGAL_NAME } from '../program/data-types.js';
import type { MilOperation, MilValue } from '../program/program.js';

/** `wanted` with what MIL does not take replaced by `_`. */
export function legalName(wanted: string): string {
  if (LEGAL_NAME.test(wanted)) return wanted;
  const replaced = wanted.replace(/[^A-Za-z0-9_@]/gu, '_');
  return /^[A-Za-z_]/.test(replaced) ? replaced : `var_${replaced}`;
}

/**
 * Names all values that have no name yet: first those that are values of the graph, after these; then the others that
 * operations make; then constants, after the operation and the argument that they are for.
 */
export function nameValues(operations: readonly MilOperation[], names: Names): void {
  for (const operation of [...operations].reverse()) hold(operation, (x, made) => [made, x]);
  for (const operation of operations) hold(operation, (x, made) => [x, made]);
  const all = operations.flatMap(({ outputs }) => outputs);
  const named = new Set<Value | undefined>(all.map((value) => (value.name ? value.holds : undefined)));
  const computed = all.filter(({ constant }) => !constant);
  for (const value of [...computed, ...all]) {
    if (value.name || !value.holds || named.has(value.holds)) continue;
    value.name = names.own(value.holds.name);
    named.add(value.holds);
  }
  for (const value of computed) value.name ||= names.fresh(value.hint);
  for (const { outputs, inputs } of operations) {
    for (const [argument, values] of inputs) {
      for (const [index, value] of values.entries()) {
        const place = values.length > 1 ? `${argument}_${index}` : argument;
        value.name ||= names.fresh(value.hint || `${outputs[0]?.name}_${place}`);
      }
    }
  }
}

/** Lets what an operation gives be the value that it was given, where it only widens or narrows it; or the other way round. */
function hold({ type, inputs, outputs }: MilOperation, inOrder: (x: MilValue, made: MilValue) => MilValue[]): void {
  const [x] = inputs.get('x') ?? [];
  const [made] = outputs;
  if (!x || !made || x.constant || (type !== 'cast' && type !== 'identity')) return;
  const isCut = x.type.dtype.startsWith('fp') && !made.type.dtype.startsWith('fp');
  const isTest = made.type.dtype === 'bool' && x.type.dtype !== 'bool';
  if (isCut || isTest) return;
  const [from, to] = inOrder(x, made);
  if (to && from?.holds) to.holds ??= from.holds;
}

/** What is said of the values and operations of a program that has its names. @param ends its inputs and outputs */
export function trace(operations: readonly MilOperation[], ends: ReadonlyMap<string, Value>): Traced {
  const computed = operations.filter(({ type }) => type !== 'const');
  const names = new Map<string, string>();
  for (const [written, { name }] of ends) if (name !== written) names.set(written, name);
  for (const { name, holds } of computed.flatMap(({ outputs }) => outputs)) {
    if (holds && name !== holds.name && !names.has(name) && holds.graph.model.isSourceName(holds.name))
      names.set(name, holds.name);
  }
  const origins = new Map(
    computed.flatMap(({ outputs, origin }) => {
      const sources = [...new Set(origin.map(({ name }) => name))];
      return sources.length > 0 ? [[outputs[0]?.name ?? '', sources] as const] : [];
    }),
  );
  return { names, origins };
}
