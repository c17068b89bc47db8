import { readMetadata } from '../../formats/read-metadata.js';
import type { Model, Value } from '../../model/index.js';
import { operatorOf } from '../../operators/index.js';

/** Which value of a source a written value is said to equal: that of its name, or which the file names for it. */
export class Correspondence {
  readonly #byName = new Map<string, Value>();
  readonly #names: ReadonlyMap<string, string>;
  /** Said by a copied node, whose results correspond by their position. */
  readonly #byPosition = new Map<Value, Value>();
  readonly #roots = new Map<Value, Value>();
  /** Which nodes of the source each written node says that it stands for. */
  readonly origins: ReadonlyMap<string, readonly string[]>;

  constructor(source: Model, written: Model) {
    const { names, origins, image } = readMetadata(written.metadata, (what) => new Error(what));
    this.#names = names;
    this.origins = origins;
    for (const value of source.graph.inputs) {
      // A file that takes pixels normalises them by itself: its image is not the source's.
      if (!image || value.rank !== 4) this.#byName.set(value.name, value);
    }
    for (const node of source.graph.sorted()) {
      for (const value of node.outputs) if (value) this.#byName.set(value.name, value);
    }
  }

  /** undefined: it is said to equal none. */
  of(written: Value): Value | undefined {
    const value = this.#byPosition.get(written) ?? this.#byName.get(this.#names.get(written.name) ?? written.name);
    return value?.dtype === written.dtype ? value : undefined;
  }

  say(written: Value, source: Value): void {
    this.#byPosition.set(written, source);
  }

  /** The value that `source` is a mere copy of: itself, where it is none. */
  root(source: Value): Value {
    const known = this.#roots.get(source);
    if (known) return known;
    let root = source;
    for (let copied = operandOfCopy(root); copied; copied = operandOfCopy(root)) root = copied;
    this.#roots.set(source, root);
    return root;
  }
}

/** Dropout is a copy in networks that are not trained. */
function operandOfCopy(value: Value): Value | undefined {
  const node = value.producer;
  const row = node && operatorOf(node);
  if (!node || !row || value !== node.outputs[0]) return undefined;
  const isCopy = node.is('Dropout') || row.isCopy?.(node, row.parameters(node));
  return isCopy ? node.inputs[0] : undefined;
}
