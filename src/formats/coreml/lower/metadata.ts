import type { Model } from '../../../model/index.js';
import { VERSION } from '../../../version.js';
import type { LowerOptions, Port } from '../../format.js';

/**
 * User-defined metadata of the package, sorted by key: what the source says of itself, and what was asked of us.
 * @param ports inputs and outputs, which the package knows under its own names
 */
export function metadataOf(
  model: Model,
  { labels, image }: LowerOptions,
  ports: readonly Port[],
): ReadonlyMap<string, string> {
  const entries = new Map(model.metadata);
  const { producerName, producerVersion } = model.provenance;
  const producer = [producerName, producerVersion].filter(Boolean).join(' ');
  if (producer) entries.set('mobileone.source.producer', producer);
  entries.set('mobileone.version', VERSION);
  const { inputs, outputs } = model.graph;
  const images = new Set([...inputs, ...outputs].filter(({ rank }) => rank === 4).map(({ name }) => name));
  const layout = ports.filter(({ name }) => images.has(name)).map(({ artefactName }) => [artefactName, 'nchw']);
  entries.set('mobileone.layout', JSON.stringify(Object.fromEntries(layout)));
  if (labels) entries.set('mobileone.labels', JSON.stringify(labels));
  if (image) {
    const { order, mean, std } = image;
    entries.set('mobileone.image', JSON.stringify({ order, mean, std }));
  }
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
