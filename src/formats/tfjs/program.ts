import type { Kind } from '../../lowering/elements.js';

export type { Kind } from '../../lowering/elements.js';

/** An attribute in the JSON form of TensorFlow's `AttrValue`: strings are base64, integers may be text, floats never. */
export type AttributeValue =
  | { readonly s: string }
  | { readonly i: string }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly type: string }
  | { readonly shape: { readonly dim: readonly { readonly size: string }[] } }
  | { readonly list: { readonly i: readonly string[] } | { readonly s: readonly string[] } };

/** A node of the graph; `inputs` are names of nodes, with `:k` behind for the output numbered k > 0. */
export interface ProgramNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** How the elements of a weight are stored, where not as they are: value = scale * stored + min. */
export type Quantization =
  | { readonly dtype: 'float16' }
  | { readonly dtype: 'uint8'; readonly scale: number; readonly min: number };

/** A constant of the graph. Its elements are made when first asked for, so that asking what is supported costs nothing. */
export interface Weight {
  readonly name: string;
  readonly dtype: Kind;
  readonly shape: readonly number[];
  readonly elements: () => Float32Array | Int32Array | Uint8Array;
  /** Biases and the like lose accuracy for no size that counts: they stay float32 at every precision. */
  readonly keepsPrecision: boolean;
}

/** A weight as it lies in the file: as it is, or in steps. */
export interface StoredWeight extends Weight {
  readonly quantization?: Quantization | undefined;
}

/** One input or output: the key under which people see it, and the node that is it. */
export interface Endpoint {
  readonly key: string;
  readonly node: string;
  readonly dtype: Kind;
  /** -1: any size. */
  readonly shape: readonly number[] | undefined;
}

/** A GraphModel in memory, before any byte is laid out. */
export interface TfjsProgram {
  readonly nodes: readonly ProgramNode[];
  readonly weights: readonly StoredWeight[];
  readonly inputs: readonly Endpoint[];
  readonly outputs: readonly Endpoint[];
  readonly metadata: Readonly<Record<string, unknown>>;
}
