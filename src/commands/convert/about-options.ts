import type { About } from '../../formats/about.js';
import { type Declaration, text, textsByName } from '../../option-kinds.js';

/** What an artefact is to say of itself, in the places that its format has for it. */
export interface AboutOptions {
  /** Who made the model. */
  readonly author?: string | undefined;
  /** Its license. */
  readonly license?: string | undefined;
  /** What it does. */
  readonly description?: string | undefined;
  /** Its version. */
  readonly modelVersion?: string | undefined;
  /** What inputs and outputs are, in words, by their names in the source. */
  readonly describe?: ReadonlyMap<string, string> | Readonly<Record<string, string>> | undefined;
}

/** How each of them is read and judged. */
export const ABOUT = {
  author: { kind: text, flag: '--author <text>', help: 'who made the model, into the artefact' },
  license: { kind: text, flag: '--license <text>', help: 'its license, into the artefact' },
  description: { kind: text, flag: '--description <text>', help: 'what it does, into the artefact' },
  modelVersion: { kind: text, flag: '--model-version <text>', help: 'its version, into the artefact' },
  describe: {
    kind: textsByName,
    flag: '--describe <name=text>',
    help: 'what an input or output is, into the artefact; repeatable',
  },
} satisfies Record<keyof AboutOptions, Declaration>;

/** The same as formats take it; a `Map`, since names come from strangers. */
export function aboutOf({ author, license, description, modelVersion, describe = {} }: AboutOptions): About {
  const described = new Map(describe instanceof Map ? describe : Object.entries(describe));
  return { author, license, description, version: modelVersion, described };
}
