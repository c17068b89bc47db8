import type { Graph } from './graph.js';
import type { Bytes, Tensor } from './tensor.js';

/** An integer of an attribute: a number where that is exact, else a bigint. */
export type Integer = number | bigint;

/** An attribute of a node. `raw` holds what this tool passes through without looking inside, as encoded protobuf. */
export type Attribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: Integer }
  | { readonly kind: 'string'; readonly value: Bytes }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'graph'; readonly value: Graph }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly Integer[] }
  | { readonly kind: 'strings'; readonly value: readonly Bytes[] }
  | { readonly kind: 'tensors'; readonly value: readonly Tensor[] }
  | { readonly kind: 'graphs'; readonly value: readonly Graph[] }
  | { readonly kind: 'raw'; readonly value: Bytes };

/** The plain values from which a pass makes attributes; see `attribute`. */
export type PlainAttribute = Attribute | string | Tensor | readonly number[] | { readonly float: number } | number;

const encoder = new TextEncoder();

/** A plain value as an attribute: whole numbers are `int` (write `{ float: 1 }` for the other), arrays are `ints`. */
export function attribute(plain: PlainAttribute): Attribute {
  if (typeof plain === 'number') return { kind: 'int', value: plain };
  if (typeof plain === 'string') return { kind: 'string', value: encoder.encode(plain) };
  if (Array.isArray(plain)) return { kind: 'ints', value: plain };
  if ('float' in plain) return { kind: 'float', value: plain.float };
  if ('kind' in plain) return plain;
  return { kind: 'tensor', value: plain as Tensor };
}
