import type { AttributeValue, Kind } from './program.js';

const encoder = new TextEncoder();

/** `DT_FLOAT` and so on, as `AttrValue.type` wants it. */
export const TYPE_NAMES: Readonly<Record<Kind, string>> = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL' };

/** Text. The loader decodes base64 and takes plain text for rubbish without an error. */
export function text(value: string): AttributeValue {
  return { s: base64(value) };
}

/** A list of strings, each in base64. */
export function texts(values: readonly string[]): AttributeValue {
  return { list: { s: values.map(base64) } };
}

/** A 64-bit integer, written as text. */
export function int(value: number): AttributeValue {
  return { i: String(value) };
}

/** A list of 64-bit integers, written as text. */
export function ints(values: readonly number[]): AttributeValue {
  return { list: { i: values.map(String) } };
}

/** A float; always a JSON number, since the loader parses text as an integer. */
export function float(value: number): AttributeValue {
  return { f: value };
}

/** A boolean. */
export function flag(value: boolean): AttributeValue {
  return { b: value };
}

/** An element type, by the name that TensorFlow gives it. */
export function type(kind: Kind): AttributeValue {
  return { type: TYPE_NAMES[kind] };
}

/** Sizes, all of them known. */
export function shape(sizes: readonly number[]): AttributeValue {
  return { shape: { dim: sizes.map((size) => ({ size: String(size) })) } };
}

function base64(value: string): string {
  return btoa(String.fromCharCode(...encoder.encode(value)));
}
