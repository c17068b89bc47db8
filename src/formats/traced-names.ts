import type { Order } from '../layout/order.js';
import { type Held, isNamed } from '../lowering/tracing.js';
import type { Traced } from './metadata.js';

/** What an artefact says of the values in it and how they lie. */
export interface TracedNames extends Pick<Traced, 'names'> {
  readonly layout: ReadonlyMap<string, 'nchw' | 'nhwc' | Order>;
}

/**
 * @param held what the results of a program are
 * @param ends its inputs and outputs
 */
export function tracedNames<Ref>(
  held: ReadonlyMap<Ref, Held>,
  ends: readonly (Held & { readonly node: Ref })[],
  nameOf: (result: Ref) => string,
): TracedNames {
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
