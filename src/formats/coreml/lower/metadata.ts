import type { Model, Value } from '../../../model/index.js';
import type { LowerOptions } from '../../format.js';
import {
  asText,
  type DetectionsOfOutputs,
  description,
  detectionEntries,
  provenance,
  type RowsOfOutputs,
  rowEntries,
  type Traced,
  withoutTraces,
} from '../../metadata.js';

/**
 * User-defined metadata of the package, sorted by key: what the source says of itself, and what was asked of us.
 * @param ends inputs and outputs by the names that the package knows them under
 */
export function metadataOf(
  model: Model,
  options: LowerOptions,
  ends: ReadonlyMap<string, Value>,
  traced: Traced,
  {
    rows,
    detections,
  }: { readonly rows: RowsOfOutputs | undefined; readonly detections: DetectionsOfOutputs | undefined },
): ReadonlyMap<string, string> {
  const layout = [...ends].filter(([, { rank }]) => rank === 4).map(([name]) => [name, 'nchw'] as const);
  const { producerName, producerVersion } = model.provenance;
  const producer = [producerName, producerVersion].filter(Boolean).join(' ');
  const entries = new Map([
    ...withoutTraces(model.metadata),
    ...(producer ? [['mobileone.source.producer', producer] as const] : []),
    ...[
      ...description(options, new Map(layout)),
      ...rowEntries(rows),
      ...detectionEntries(detections),
      ...provenance(traced),
    ].map(asText),
  ]);
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
