import type { Model } from '../../../model/index.js';
import { VERSION } from '../../../version.js';
import type { LowerOptions } from '../../format.js';

/** User-defined metadata of the package, sorted by key: what the source says of itself, and what was asked of us. */
export function metadataOf(model: Model, { labels, image }: LowerOptions): ReadonlyMap<string, string> {
  const entries = new Map(model.metadata);
  const { producerName, producerVersion } = model.provenance;
  const producer = [producerName, producerVersion].filter(Boolean).join(' ');
  if (producer) entries.set('mobileone.source.producer', producer);
  entries.set('mobileone.version', VERSION);
  const images = [...model.graph.inputs, ...model.graph.outputs].filter((value) => value.rank === 4);
  entries.set('mobileone.layout', JSON.stringify(Object.fromEntries(images.map(({ name }) => [name, 'nchw']))));
  if (labels) entries.set('mobileone.labels', JSON.stringify(labels));
  if (image) {
    const { order, mean, std } = image;
    entries.set('mobileone.image', JSON.stringify({ order, mean, std }));
  }
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
