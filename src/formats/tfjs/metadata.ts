import { VERSION } from '../../version.js';
import type { LowerOptions, Port } from '../format.js';
import type { Endpoint } from './program.js';

/** What a page needs to know of a model before it can feed it: JSON under `userDefinedMetadata`. */
export function metadataOf(
  options: LowerOptions,
  endpoints: readonly { readonly endpoint: Endpoint; readonly port: Port }[],
): Record<string, unknown> {
  const { labels, image } = options;
  // A Map keyed by strangers' names, made an object at the end; `__proto__` never gets this far, see names.ts.
  const layout = new Map<string, string>();
  for (const { endpoint, port } of endpoints) {
    if (endpoint.shape?.length === 4) layout.set(endpoint.key, port.permutation ? 'nhwc' : 'nchw');
  }
  return {
    'mobileone.version': VERSION,
    'mobileone.layout': Object.fromEntries(layout),
    ...(labels && { 'mobileone.labels': labels }),
    ...(image && { 'mobileone.image': { order: image.order, mean: image.mean, std: image.std } }),
  };
}
