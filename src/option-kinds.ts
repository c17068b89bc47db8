import { readSize } from './model/asked-shape.js';
import { nearestHint } from './nearest-name.js';

/** Why a value is refused: what it is instead of, and what to do. */
export interface Refusal {
  readonly what: string;
  readonly todo?: string | undefined;
}

/** What values an option takes, and how they are written on a command line. */
export interface Kind {
  /** Reads one occurrence of the flag; `before` is what earlier ones gave. Throws nothing: `refuse` judges the result. */
  fromText(text: string, before: unknown): unknown;
  /** undefined: the value is fine. */
  refuse(value: unknown): Refusal | undefined;
  /** Its values as a configuration file holds them; undefined where no file can. It may take more than `refuse` does. */
  schema(): JsonSchema | undefined;
  /** Whether values name files or folders. */
  readonly isPath?: boolean;
  /** The words that it may be, where there are only a few, as on a command line; asked when needed. */
  words?(): readonly string[];
  /** Whether several of them may stand there, separated by commas. */
  readonly isList?: boolean;
}

/** See https://json-schema.org, draft 7. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** An option as every surface reads it: the API, the command line and the documentation. */
export interface Declaration {
  readonly kind: Kind;
  /** As on the command line. */
  readonly flag: string;
  readonly help: string;
}

/** A switch, whose flag takes no value. */
export const flag: Kind = {
  fromText: () => true,
  refuse: (value) => (typeof value === 'boolean' ? undefined : { what: 'is not true or false' }),
  schema: () => ({ type: 'boolean' }),
};

/** A text that is not empty. */
export const text: Kind = {
  fromText: (given) => given,
  refuse: (value) => (typeof value === 'string' && value !== '' ? undefined : { what: 'is empty or no text' }),
  schema: () => ({ type: 'string', minLength: 1 }),
};

/** Where a file or folder is. */
export const path: Kind = { ...text, isPath: true };

/** A path; in the library null means nowhere on the disk. */
export const pathOrNull: Kind = { ...path, refuse: (value) => (value === null ? undefined : path.refuse(value)) };

/** A path to names; in the library the names themselves. */
export const pathOrNames: Kind = {
  ...path,
  refuse: (value) => (Array.isArray(value) ? listOf().refuse(value) : path.refuse(value)),
};

/** A path to arrays; in the library arrays by name. @param isArray whether something is one */
export function pathOrArrays(isArray: (value: unknown) => boolean): Kind {
  return {
    ...path,
    refuse: (value) => {
      if (typeof value !== 'object' || value === null) return path.refuse(value);
      const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
      if (entries.length === 0) return { what: 'names no array' };
      const wrong = entries.find(([, each]) => !isArray(each));
      return wrong ? { what: `${show(wrong[0])} is no array`, todo: 'give { shape, data }' } : undefined;
    },
  };
}

/** One of these words; a wrong one is told the nearest. */
export function oneOf(...names: readonly string[]): Kind {
  return {
    fromText: (given) => given,
    refuse: (value) => {
      if (typeof value === 'string' && names.includes(value)) return undefined;
      return { what: `${show(value)} is not one of ${names.join(', ')}`, todo: nearestHint(String(value), names) };
    },
    schema: () => ({ enum: names }),
    words: () => names,
  };
}

/**
 * One of these words for all, or `NAME=WORD,…` by name; in the library an object. A wrong one is told the nearest.
 * @param names which there are, asked when needed
 */
export function oneForAllOrByName(names: () => Iterable<string>, ...words: readonly string[]): Kind {
  const [word, name] = [oneOf(...words), () => oneOf(...names())];
  const byName = (given: string) =>
    given.split(',').reduce<unknown>((before, each) => textsByName.fromText(each.trim(), before), undefined);
  return {
    fromText: (given) => (given.includes('=') ? byName(given) : given),
    refuse: (value) => {
      if (typeof value !== 'object' || value === null) return word.refuse(value);
      const refused = textsByName.refuse(value);
      if (refused) return refused;
      const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
      for (const [key, each] of entries) {
        const refusal = name().refuse(key) ?? word.refuse(each);
        if (refusal) return refusal;
      }
      return entries.length === 0 ? { what: 'names nothing' } : undefined;
    },
    schema: () => ({
      anyOf: [word.schema(), { type: 'object', propertyNames: name().schema(), additionalProperties: word.schema() }],
    }),
    words: () => words,
  };
}

/** Names separated by commas, one or more; the flag may come several times. @param names which there are, asked when needed */
export function listOf(names?: () => Iterable<string>): Kind {
  return {
    fromText: (given, before) => [...(Array.isArray(before) ? before : []), ...given.split(',').map((s) => s.trim())],
    refuse: (value) => {
      if (!Array.isArray(value) || value.length === 0) return { what: 'is not a list of names' };
      const one = names && oneOf(...names());
      for (const name of value) {
        if (typeof name !== 'string' || name === '') return { what: 'holds an empty name' };
        const refusal = one?.refuse(name);
        if (refusal) return refusal;
      }
      return undefined;
    },
    schema: () => ({
      type: 'array',
      items: names ? { enum: [...names()] } : { type: 'string', minLength: 1 },
      minItems: 1,
    }),
    ...(names ? { words: () => [...names()], isList: true } : {}),
  };
}

/** A finite number; `accepts` says which, `what` how to call those. */
export function number(accepts: (value: number) => boolean, what: string): Kind {
  return {
    fromText: toNumber,
    refuse: (value) => {
      if (typeof value === 'number' && Number.isFinite(value) && accepts(value)) return undefined;
      return { what: `${show(value)} is not ${what}` };
    },
    schema: () => ({ type: 'number' }),
  };
}

/** A whole number above 0. */
export const count: Kind = {
  ...number((value) => Number.isSafeInteger(value) && value > 0, 'a whole number above 0'),
  schema: () => ({ type: 'integer', minimum: 1 }),
};

/** Numbers separated by commas. */
export function numbers(accepts: (value: number) => boolean, what: string): Kind {
  const one = number(accepts, what);
  return {
    fromText: (given) => given.split(',').map(toNumber),
    refuse: (value) => {
      if (!Array.isArray(value) || value.length === 0) return { what: 'is not a list of numbers' };
      for (const each of value) {
        const refusal = one.refuse(each);
        if (refusal) return refusal;
      }
      return undefined;
    },
    schema: () => ({ type: 'array', items: one.schema(), minItems: 1 }),
  };
}

/** `256`, or `224x320` for height and width. */
export const sizes: Kind = {
  fromText: (given) => given.split('x').map(toNumber),
  refuse: (value) => {
    const isList = Array.isArray(value) && (value.length === 1 || value.length === 2);
    if (isList && value.every((size) => Number.isSafeInteger(size) && size > 0)) return undefined;
    const given = Array.isArray(value) ? value.join('x') : value;
    return { what: `${show(given)} is neither a size nor a height and width`, todo: 'write 256 or 224x320' };
  },
  schema: () => ({ type: 'array', items: count.schema(), minItems: 1, maxItems: 2 }),
};

/** As in a list of sizes: a number, or one of the texts `224..512` and `224/320/512`. */
const SIZE_TEXT = '^\\d+(\\.\\.\\d+|(/\\d+)+)$';

/**
 * `NAME:1,3,224,224`, several times; a size may be a range, `224..512`, or a list, `224/320/512`. Names may hold colons, sizes
 * may not. A `Map`: names come from strangers.
 */
export const shapes: Kind = {
  fromText: (given, before) => {
    const all = new Map<unknown, unknown>(before instanceof Map ? before : []);
    const colon = given.lastIndexOf(':');
    const name = given.slice(0, Math.max(colon, 0));
    const sizes = given.slice(colon + 1).split(',');
    if (all.has(name)) all.set(name, 'twice');
    else
      all.set(
        name,
        sizes.map((size) => (/^\s*\d+\s*$/.test(size) ? Number(size) : size)),
      );
    return all;
  },
  refuse: (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { what: 'is not sizes by name' };
    const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
    for (const [name, sizes] of entries) {
      if (typeof name !== 'string' || name === '') return { what: 'names no input', todo: 'write NAME:1,3,224,224' };
      if (sizes === 'twice') return { what: `gives ${show(name)} twice` };
      if (!Array.isArray(sizes)) return { what: `gives no sizes for ${show(name)}` };
      const refused = refuseSizes(sizes);
      if (refused) return { ...refused, what: `${show(name)}: ${refused.what}` };
    }
    return undefined;
  },
  schema: () => ({
    type: 'object',
    additionalProperties: {
      type: 'array',
      items: { anyOf: [count.schema(), { type: 'string', pattern: SIZE_TEXT }] },
    },
  }),
};

function refuseSizes(sizes: readonly unknown[]): Refusal | undefined {
  const lists: (readonly number[])[] = [];
  let hasRange = false;
  for (const given of sizes) {
    const size = typeof given === 'string' ? (readSize(given) ?? given) : given;
    if (typeof size === 'string' && /^\s*\d*\.\.\d*\s*$/.test(size)) {
      return { what: `${show(size)} has an open end`, todo: 'say the least and the largest size, as 224..512' };
    }
    const refused = refuseSize(given, size);
    if (refused) return refused;
    if (Array.isArray(size)) lists.push(size);
    else hasRange ||= typeof size === 'object';
  }
  if (lists.length > 0 && hasRange) {
    return { what: 'a range and a list stand together', todo: 'write ranges alone, or lists that pair up' };
  }
  if (new Set(lists.map(({ length }) => length)).size > 1) {
    return { what: 'its lists have unlike lengths', todo: 'they pair up: the first size of each, the second of each' };
  }
  return undefined;
}

function refuseSize(given: unknown, size: unknown): Refusal | undefined {
  const isSize = (each: unknown) => Number.isSafeInteger(each) && Number(each) > 0;
  if (typeof size !== 'object' || size === null) {
    return isSize(size) ? undefined : { what: `${show(given)} is not a whole number above 0` };
  }
  const ends = 'least' in size && 'most' in size ? [size.least, size.most] : undefined;
  const all: readonly unknown[] = Array.isArray(size) ? size : (ends ?? []);
  if (all.length < 2 || !all.every(isSize)) return { what: `${show(given)} holds what is no size above 0` };
  if (!ends || Number(ends[0]) < Number(ends[1])) return undefined;
  return { what: `${show(given)} does not rise`, todo: 'write the least size first, or one size' };
}

/** `NAME=TEXT`, several times. Texts may hold equals signs, names may not. A `Map`: names come from strangers. */
export const textsByName: Kind = {
  fromText: (given, before) => {
    const all = new Map<unknown, unknown>(before instanceof Map ? before : []);
    const [name = '', ...rest] = given.split('=');
    return all.set(name, all.has(name) ? undefined : rest.join('='));
  },
  refuse: (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { what: 'is not texts by name' };
    const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
    for (const [name, each] of entries) {
      if (typeof name !== 'string' || name === '') return { what: 'gives no name', todo: 'write NAME=TEXT' };
      if (each === undefined) return { what: `gives ${show(name)} twice` };
      if (typeof each !== 'string' || each === '') return { what: `gives nothing for ${show(name)}` };
    }
    return undefined;
  },
  schema: () => ({ type: 'object', additionalProperties: text.schema() }),
};

/** A function; there is no way to type one on a command line. */
export const callback: Kind = {
  fromText: (given) => given,
  refuse: (value) => (typeof value === 'function' ? undefined : { what: 'is not a function' }),
  schema: () => undefined,
};

/** What calls a run off; there is no way to type one on a command line. */
export const abortSignal: Kind = {
  fromText: (given) => given,
  refuse: (value) => (value instanceof AbortSignal ? undefined : { what: 'is not an AbortSignal' }),
  schema: () => undefined,
};

function toNumber(given: string): unknown {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(given) ? Number(given) : given;
}

function show(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
