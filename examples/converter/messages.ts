/** What the page asks of the worker. */
export interface Order {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly targets: readonly string[];
}

/** Something to save: an artefact that is a folder comes as one zip. */
export interface Download {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What the worker says: any number of stations, then the end. `body` is the report as its own page has it, all names escaped, `line` why nothing was written. */
export type News =
  | { readonly station: string }
  | { readonly body: string; readonly line: string | undefined; readonly files: readonly Download[] }
  | { readonly failed: string };
