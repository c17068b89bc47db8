import type { Model } from '../model/index.js';
import { showLine } from '../report/text.js';

/** What a file says to people, in a sentence: author, license, version, description; undefined where it says nothing. */
export function saysOfItself({ metadata, provenance }: Model): string | undefined {
  const { modelVersion, docString } = provenance;
  const number = modelVersion === 0n ? undefined : String(modelVersion);
  const said = [
    ['author', metadata.get('model_author')],
    ['license', metadata.get('model_license')],
    ['version', metadata.get('mobileone.modelVersion') ?? number],
    ['description', docString || undefined],
  ] as const;
  const parts = said.flatMap(([what, text]) => (text === undefined ? [] : [`${what} ${showLine(text)}`]));
  return parts.length === 0 ? undefined : `says of itself: ${parts.join(', ')}`;
}
