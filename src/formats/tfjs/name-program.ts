import type { Order } from '../../layout/order.js';
import type { Place } from '../../lowering/ports.js';
import { type Held, isNamed } from '../../lowering/tracing.js';
import type { Value } from '../../model/index.js';
import type { Traced } from '../metadata.js';
import { Names } from '../names.js';
import type { Builder, Ref } from './builder.js';
import { legalKey, legalName } from './names.js';
import type { Kind, ProgramNode, Weight } from './program.js';

/** An input or output of the source, and the node that is it. */
export interface End extends Place<Kind> {
  readonly role: 'input' | 'output';
  readonly node: Ref;
}

/** A program under the names that it is written with, and what it says of them. */
export interface NamedProgram extends Traced {
  readonly nodes: readonly ProgramNode[];
  readonly weights: readonly Weight[];
  readonly layout: ReadonlyMap<string, 'nchw' | 'nhwc' | Order>;
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
    ...describe(held, ends, nameOf),
    origins: new Map(
      nodes.flatMap(({ name }) => {
        const origins = tracing.originsOf(name);
        return origins.length > 0 ? [[nameOf(name), origins] as const] : [];
      }),
    ),
  };
}

function describe(
  held: ReadonlyMap<Ref, Held>,
  ends: readonly End[],
  nameOf: (result: Ref) => string,
): Pick<NamedProgram, 'names' | 'layout'> {
  const names = new Map<string, string>();
  const layout = new Map<string, 'nchw' | 'nhwc' | Order>();
  const add = (written: string, { value, order }: Held): void => {
    if (written !== value.name) names.set(written, value.name);
    if (order.join() === '0,2,3,1') layout.set(written, 'nhwc');
    else if (order.some((axis, k) => axis !== k)) layout.set(written, order);
  };
  for (const end of ends) {
    const written = nameOf(end.node);
    if (end.order.length === 4) layout.set(written, 'nchw');
    add(written, end);
  }
  const isPublic = new Set(ends.map(({ node }) => node));
  for (const [result, each] of held) if (!isPublic.has(result) && isNamed(each.value)) add(nameOf(result), each);
  return { names, layout };
}

/** An output of a node beside its first, which has no name of its own. */
function isFurther(result: Ref): boolean {
  return result.includes(':');
}
