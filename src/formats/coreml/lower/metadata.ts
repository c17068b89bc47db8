import type { Model } from '../../../model/index.js';
import type { LowerOptions, Port } from '../../format.js';
import { asText, description, provenance, type Traced, withoutTraces } from '../../metadata.js';

/**
 * User-defined metadata of the package, sorted by key: what the source says of itself, and what was asked of us.
 * @param ports inputs and outputs, which the package knows under its own names
 */
export function metadataOf(
  model: Model,
  options: LowerOptions,
  ports: readonly Port[],
  traced: Traced,
): ReadonlyMap<string, string> {
  const { inputs, outputs } = model.graph;
  const images = new Set([...inputs, ...outputs].filter(({ rank }) => rank === 4).map(({ name }) => name));
  const layout = ports
    .filter(({ name }) => images.has(name))
    .map(({ artefactName }) => [artefactName, 'nchw'] as const);
  const { producerName, producerVersion } = model.provenance;
  const producer = [producerName, producerVersion].filter(Boolean).join(' ');
  const entries = new Map([
    ...withoutTraces(model.metadata),
    ...(producer ? [['mobileone.source.producer', producer] as const] : []),
    ...[...description(options, new Map(layout)), ...provenance(traced)].map(asText),
  ]);
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
