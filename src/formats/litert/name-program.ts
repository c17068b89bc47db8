import type { Place } from '../../lowering/ports.js';
import type { Value } from '../../model/index.js';
import type { Traced } from '../metadata.js';
import { Names } from '../names.js';
import { type TracedNames, tracedNames } from '../traced-names.js';
import type { Builder, Ref } from './builder.js';
import type { Kind } from './program.js';

/** An input or output of the source, and the tensor that it is. */
export interface End extends Place<Kind> {
  readonly role: 'input' | 'output';
  readonly node: Ref;
}

/** What the tensors of a program are called, and what is said of them. */
export interface NamedTensors extends Traced, TracedNames {
  readonly nameOf: (ref: Ref) => string;
}

/** Names everything: first what people see, then what is a value of the source after that, then the rest. */
export function nameTensors(
  { operators, wishes, tracing }: Builder,
  ends: readonly End[],
  isOfSource: (name: string) => boolean,
): NamedTensors {
  const names = new Names((name) => name || 'unnamed', isOfSource);
  const given = new Map<Ref, string>();
  const held = tracing.resolve();
  const named = new Set<Value>();
  for (const { node, value } of ends) {
    given.set(node, names.own(value.name));
    named.add(value);
  }
  for (const [ref, { value }] of held) {
    if (given.has(ref) || named.has(value)) continue;
    given.set(ref, names.own(value.name));
    named.add(value);
  }
  for (const [ref, wish] of wishes) {
    if (!given.has(ref)) given.set(ref, 'source' in wish ? names.own(wish.source) : names.fresh(wish.like));
  }
  const nameOf = (ref: Ref): string => given.get(ref) ?? names.fresh('unnamed');
  const made = operators.flatMap(({ outputs }) => outputs);
  return {
    nameOf,
    ...tracedNames(held, ends, nameOf),
    origins: new Map(
      made.flatMap((ref) => {
        const origins = tracing.originsOf(ref);
        return origins.length > 0 ? [[nameOf(ref), origins] as const] : [];
      }),
    ),
  };
}
