import { soleReader } from '../../lowering/sole-reader.js';
import type { Node } from '../../model/index.js';
import { clip, elu, leakyRelu } from '../../operators/index.js';
import type { Ref } from './builder.js';
import type { Site } from './row.js';

/** An activation that the kernel of the node in front of it applies as it writes its results. */
export interface FusedActivation {
  /** The ONNX node that is done with it. */
  readonly reader: Node;
  /** As `fused_ops` calls it. */
  readonly op: string;
  /** Operands behind the bias: the slope of Prelu. */
  readonly inputs: readonly Ref[];
}

/**
 * The activation behind a node, if it is all that reads the node's result and the fused kernels of all backends have it.
 * LeakyRelu is written as Prelu with a constant slope: the fused depthwise kernel does not read `leakyrelu_alpha`.
 */
export function fusableActivation(site: Site): FusedActivation | undefined {
  const reader = soleReader(site);
  const found = reader && asFused(reader, site);
  return found && { reader, inputs: [], ...found };
}

function asFused(node: Node, site: Site): { op: string; inputs?: readonly Ref[] } | undefined {
  if (node.is('Relu', 'Sigmoid')) return { op: node.operator };
  if (node.is('Clip')) {
    const { min, max } = clip.parameters(node);
    if (min === 0 && max === 6) return { op: 'Relu6' };
    return min === 0 && max === Number.POSITIVE_INFINITY ? { op: 'Relu' } : undefined;
  }
  if (node.is('Elu')) return elu.parameters(node).alpha === 1 ? { op: 'Elu' } : undefined;
  if (node.is('LeakyRelu')) return { op: 'Prelu', inputs: [site.build.float(leakyRelu.parameters(node).alpha)] };
  return undefined;
}
