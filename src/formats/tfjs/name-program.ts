import type { Place } from '../../lowering/ports.js';
import type { Value } from '../../model/index.js';
import type { Traced } from '../metadata.js';
import { Names } from '../names.js';
import { type TracedNames, tracedNames } from '../traced-names.js';
import type { Builder, Ref } from './builder.js';
import { legalKey, legalName } from './names.js';
import type { Kind, ProgramNode, Weight } from './program.js';

/** An input or output of the source, and the node that is it. */
export interface End extends Place<Kind> {
  readonly role: 'input' | 'output';
  readonly node: Ref;
}

/** A program under the names that it is written with, and what it says of them. */
export interface NamedProgram extends Traced, TracedNames {
  readonly nodes: readonly ProgramNode[];
  readonly weights: readonly Weight[];
  readonly nameOf: (result: Ref) => string;
}

/**
 * Names everything: first what people see, then what is a value of the source after that, then the rest after the node that
 * was lowered.
 */
export function nameProgram(
  { nodes, weights, wishes, tracing }: Builder,
  ends: readonly End[],
  isOfSource: (name: string) => boolean,
): NamedProgram {
  const names = new Names(legalName, isOfSource);
  const given = new Map<Ref, string>();
  const held = tracing.resolve();
  const named = new Set<Value>();
  for (const { node, role, value } of ends) {
    given.set(
      node,
      names.own(value.name, (name) => legalKey(name, role)),
    );
    named.add(value);
  }
  for (const [result, { value }] of held) {
    if (isFurther(result) || given.has(result) || named.has(value)) continue;
    given.set(result, names.own(value.name));
    named.add(value);
  }
  for (const [node, wish] of wishes) {
    if (!given.has(node)) given.set(node, 'source' in wish ? names.own(wish.source) : names.fresh(wish.like));
  }
  const nameOf = (result: Ref): string => {
    const [node = '', ...index] = result.split(':');
    return [given.get(node) ?? node, ...index].join(':');
  };
  return {
    nodes: nodes.map((node) => ({ ...node, name: nameOf(node.name), inputs: node.inputs.map(nameOf) })),
    weights: weights.map((weight) => ({ ...weight, name: nameOf(weight.name) })),
    nameOf,
    ...tracedNames(held, ends, nameOf),
    origins: new Map(
      nodes.flatMap(({ name }) => {
        const origins = tracing.originsOf(name);
        return origins.length > 0 ? [[nameOf(name), origins] as const] : [];
      }),
    ),
  };
}

/** An output of a node beside its first, which has no name of its own. */
function isFurther(result: Ref): boolean {
  return result.includes(':');
}
