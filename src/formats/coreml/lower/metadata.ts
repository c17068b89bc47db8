import type { Model, Value } from '../../../model/index.js';
import type { LowerOptions } from '../../format.js';
import {
  asText,
  type DetectionsOfOutputs,
  description,
  detectionEntries,
  previewEntry,
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
    ...previewOf(options),
    ...[
      // Class names stand in the program, or in the suppression behind it; rows of boxes have no other place for them.
      ...description({ ...options, labels: rows && options.labels }, new Map(layout)),
      ...rowEntries(rows),
      ...detectionEntries(detections),
      ...provenance(traced, options),
    ].map(asText),
  ]);
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What Xcode shows a model's preview by: it knows classifiers and detectors of its own by themselves. */
function previewOf({ about }: LowerOptions): readonly (readonly [string, string])[] {
  if (!about?.preview) return [];
  const own = previewEntry(about).map(asText);
  if (about.preview !== 'segmenter') return own;
  return [...own, ['com.apple.coreml.model.preview.type', 'imageSegmenter']];
}
