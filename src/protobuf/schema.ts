import type { Bytes, Integer } from '../model/index.js';

/**
 * What a field of a file format holds, in protobuf's own words: `optional` is there or not, `singular` is zero or empty where
 * it is not there and so never written as that, of the `oneof`s of a message one is there, `repeated` and `map` (from texts) are lists.
 * `skipped` is walked over and not kept.
 *
 * `type` is a message of the schema, or one of `Scalars`.
 */
export interface Field<T extends string = string, F extends Form = Form> extends Limits {
  readonly id: number;
  readonly type: T;
  readonly form: F;
}

type Form = 'optional' | 'singular' | 'oneof' | 'repeated' | 'map' | 'skipped';

interface Limits {
  /** Of a text. */
  readonly maxBytes?: number;
  /** The most elements of a list, in shares of the scale that its reader gives. */
  readonly share?: number;
  /** The most elements of a shape. */
  readonly maxRank?: number;
  /** Whether leaving it out deserves a note. */
  readonly noted?: boolean;
}

/** Types that are no message. */
interface Scalars {
  /** A varint of any width that a number holds exactly; others are refused. */
  int: number;
  /** A varint, as a bigint where no number holds it exactly. */
  int64: Integer;
  bool: boolean;
  float: number;
  double: number;
  string: string;
  bytes: Bytes;
  /** Lists of numbers that stay packed, a view for each run of the file: a large tensor never becomes a JavaScript array. */
  payload32: Bytes;
  payload64: Bytes;
  payloadVarint: Bytes;
}

/** Messages by name, their fields by name and in the order of their numbers, which is that in which they are written. */
export type Schema = Readonly<Record<string, Readonly<Record<string, Field>>>>;

/** A field that may be missing: then it is undefined. */
export const optional = <T extends string>(id: number, type: T, limits: Limits = {}) =>
  ({ id, type, form: 'optional', ...limits }) as const;
/** A field that is its zero, or empty, where it is missing, as proto3 has it. */
export const singular = <T extends string>(id: number, type: T) => ({ id, type, form: 'singular' }) as const;
/** A field of which a message has one at the most among all that are `oneof`. */
export const oneof = <T extends string>(id: number, type: T, limits: Limits = {}) =>
  ({ id, type, form: 'oneof', ...limits }) as const;
/** A list; empty where there is none. */
export const repeated = <T extends string>(id: number, type: T, limits: Limits = {}) =>
  ({ id, type, form: 'repeated', ...limits }) as const;
/** Entries by their keys. */
export const map = <T extends string>(id: number, type: T) => ({ id, type, form: 'map' }) as const;
/** A field that is counted against its limits, and whose payload nobody looks at. */
export const skipped = (id: number, limits: Limits) => ({ id, type: '', form: 'skipped', ...limits }) as const;

type Kept<M> = { [K in keyof M as M[K] extends Field<string, 'skipped'> ? never : K]: M[K] };

type Element<S, T> = T extends keyof Scalars ? Scalars[T] : T extends keyof S ? Message<S, T> : never;

/** A decoded message. Lists are empty where the file has none; `start` and `end` say which bytes it was. */
export type Message<S, N extends keyof S> = {
  readonly [K in keyof Kept<S[N]>]: S[N][K] extends Field<infer T, infer F>
    ? F extends 'repeated'
      ? readonly Element<S, T>[]
      : F extends 'map'
        ? ReadonlyMap<string, Element<S, T>>
        : Element<S, T> | undefined
    : never;
} & { readonly start: number; readonly end: number };

type Writable<S, T> = T extends keyof S ? MessageParts<S, T> | Bytes : Element<S, T>;

/** What the encoder takes: absent fields are not written, and bytes in the place of a message are that message encoded. */
export type MessageParts<S, N extends keyof S> = {
  readonly [K in keyof Kept<S[N]>]?: S[N][K] extends Field<infer T, infer F>
    ?
        | (F extends 'repeated'
            ? ArrayLike<Writable<S, T>>
            : F extends 'map'
              ? ReadonlyMap<string, Writable<S, T>>
              : Writable<S, T>)
        | undefined
    : never;
};
