/** What kind of network it is, for tools that show what it does. */
export type Preview = 'classifier' | 'segmenter' | 'detector';

/** What people and their tools are told of a model. */
export interface About {
  readonly author?: string | undefined;
  readonly license?: string | undefined;
  readonly description?: string | undefined;
  readonly version?: string | undefined;
  /** What inputs and outputs are, by their names in the source. */
  readonly described: ReadonlyMap<string, string>;
  /** Set where it follows from the graph. */
  readonly preview?: Preview | undefined;
}

/** Descriptions by the names that the artefact has for what they describe. @param ends names in the source, by those */
export function describedAs(about: About, ends: Iterable<readonly [string, string]>): ReadonlyMap<string, string> {
  return new Map(
    [...ends].flatMap(([written, source]) => {
      const text = about.described.get(source);
      return text === undefined ? [] : [[written, text] as const];
    }),
  );
}
