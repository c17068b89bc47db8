import { soleReader } from '../../lowering/sole-reader.js';
import type { Node } from '../../model/index.js';
import { clip } from '../../operators/index.js';
import type { Ref } from './builder.js';
import { ACTIVATIONS } from './operations/index.js';
import type { Site } from './row.js';

/**
 * Computes a node along with the activation that alone reads it, where kernels have it: `make` is told its number. The others
 * that the schema knows are left to operators of their own, as kernels pass them over without an error.
 */
export function withActivation(site: Site, make: (activation: number) => Ref): Ref {
  const reader = site.resultKind() === 'float32' ? soleReader(site) : undefined;
  const activation = reader && activationOf(reader);
  if (!reader || activation === undefined) return make(ACTIVATIONS.NONE);
  const result = make(activation);
  site.absorb(reader, result);
  return result;
}

function activationOf(node: Node): number | undefined {
  if (node.is('Relu')) return ACTIVATIONS.RELU;
  if (!node.is('Clip')) return undefined;
  const { min, max } = clip.parameters(node);
  return clipped(min, max);
}

/** The activation that limits values so. */
export function clipped(min: number | undefined, max: number | undefined): number | undefined {
  if (min === 0 && max === Number.POSITIVE_INFINITY) return ACTIVATIONS.RELU;
  if (min === 0 && max === 6) return ACTIVATIONS.RELU6;
  return min === -1 && max === 1 ? ACTIVATIONS.RELU_N1_TO_1 : undefined;
}
