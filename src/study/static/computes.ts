import { isStatic, type Node } from '../../model/index.js';
import { hasTrait, operatorOf } from '../../operators/index.js';

/**
 * Whether a node is work for an engine. What only says elements anew under other sizes is none, nor what is a copy or a
 * constant, nor arithmetic on sizes: its results are small integers that are known before anything runs.
 */
export function computes(node: Node): boolean {
  if (node.is('Constant', 'Identity') || hasTrait(node, 'reshapes', 'measures')) return false;
  const row = operatorOf(node);
  if (row?.isCopy?.(node, row.parameters(node))) return false;
  return node.outputs.some((value) => value && !(value.elements && isStatic(value.elements)));
}
