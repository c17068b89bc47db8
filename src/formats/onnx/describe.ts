import type { Model } from '../../model/index.js';
import type { About } from '../about.js';
import { asText, previewEntry } from '../metadata.js';

const INTEGER = /^\d{1,18}$/;

/**
 * Writes what people are told of a model where ONNX has a place for it. A version that is no whole number has none, and goes
 * into an entry of the metadata.
 */
export function describeModel(model: Model, about: About): void {
  const { author, license, description, version, described } = about;
  const isNumber = version !== undefined && INTEGER.test(version);
  model.provenance = {
    ...model.provenance,
    ...(description === undefined ? {} : { docString: description }),
    ...(version === undefined ? {} : { modelVersion: isNumber ? BigInt(version) : 0n }),
  };
  const entries = [
    ['model_author', author],
    ['model_license', license],
    ['mobileone.modelVersion', isNumber ? undefined : version],
    ...previewEntry(about).map(asText),
  ] as const;
  for (const [key, text] of entries) if (text !== undefined) model.metadata.set(key, text);
  for (const [name, text] of described) model.described.set(name, text);
}
