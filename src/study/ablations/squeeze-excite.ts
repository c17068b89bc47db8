import type { Value } from '../../model/index.js';
import { channelsOf, type Layers } from './layers.js';

/** That of MobileOne's own blocks. */
const REDUCTION = 16;

/**
 * Each channel times a factor of what its image is on the whole (Hu et al., arXiv 1709.01507): nothing behind the pool can start
 * before all before it is there.
 */
export function squeezeExcite(layers: Layers, x: Value): Value {
  return layers.node('Mul', [x, layers.node('Sigmoid', [fromWhole(layers, x, REDUCTION, channelsOf(x))])]);
}

/** Two layers on the means of all channels: [N, C, H, W] to [N, results, 1, 1]. */
export function fromWhole(layers: Layers, x: Value, reduction: number, results: number): Value {
  const means = layers.node('GlobalAveragePool', [x]);
  const squeezed = layers.conv(means, { channels: Math.ceil(channelsOf(x) / reduction) });
  return layers.conv(layers.node('Relu', [squeezed]), { channels: results });
}
