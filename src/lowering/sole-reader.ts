import { sameOrder } from '../layout/order.js';
import type { Node } from '../model/index.js';
import type { AnySite } from './site.js';

/**
 * The node that alone reads a site's first result, as its first operand, and whose own lies as that does: a kernel may
 * compute it along with the site's.
 */
export function soleReader<Ref>(site: AnySite<Ref>): Node | undefined {
  const value = site.node.output(0);
  const reader = value.onlyReader;
  if (!reader || reader.graph !== site.node.graph || reader.inputs[0] !== value) return undefined;
  const orders = [site.resultOrder(), site.layout.orderOf(reader.output(0)), site.layout.orderAt(reader, 0)] as const;
  return sameOrder(orders[0], orders[1]) && sameOrder(orders[0], orders[2]) ? reader : undefined;
}
