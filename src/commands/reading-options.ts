import { type AskedShape, type AskedSize, readSize, UsageError } from '../model/index.js';
import { nearestHint } from '../nearest-name.js';
import type { BatchNormMode } from '../operators/batch-norm-mode.js';
import { count, type Declaration, listOf, number, oneOf, path, shapes } from '../option-kinds.js';

/** One size of an input; a range or a list, which stay open, also as the texts `224..512` and `224/320/512`. */
export type Size = AskedSize | string;

/** Sizes of inputs by name, to fix dimensions that the file leaves open, or to say between which bounds they stay so. */
export type Shapes = ReadonlyMap<string, readonly Size[]> | Readonly<Record<string, readonly Size[]>>;

/** What every command that reads a model can be asked. */
export interface ReadingOptions {
  /** Fixes dimensions of inputs, or says which sizes they may have. */
  readonly shape?: Shapes | undefined;
  /** Re-roots the graph at these values. */
  readonly outputs?: readonly string[] | undefined;
  /**
   * Refuses a model of more nodes, those of subgraphs and inlined functions included.
   * @default 200000
   */
  readonly maxNodes?: number | undefined;
  /**
   * Refuses a model whose file and external data are larger together.
   * @default 17179869184
   */
  readonly maxBytes?: number | undefined;
  /**
   * A merge may cost so many times the multiply-accumulates that it replaces; 1 or more.
   * @default 1
   */
  readonly maxCost?: number | undefined;
  /** What batch norms exported in training mode mean; by default the batch's statistics where they never had running ones. */
  readonly batchNorm?: BatchNormMode | undefined;
  /** Also writes the report to this file, as JSON. */
  readonly report?: string | undefined;
}

/** How each of them is read and judged. */
export const READING = {
  shape: {
    kind: shapes,
    flag: '--shape <name:sizes>',
    help: "fixes an input's dimensions, as image:1,3,224,224, or bounds them: 224..512, 224/320/512; repeatable",
  },
  outputs: { kind: listOf(), flag: '--outputs <names>', help: 're-roots the graph at these values' },
  maxNodes: { kind: count, flag: '--max-nodes <n>', help: 'refuses a model of more nodes (200000)' },
  maxBytes: {
    kind: count,
    flag: '--max-bytes <n>',
    help: 'refuses a model of more bytes, external data included (16 GiB)',
  },
  maxCost: {
    kind: number((value) => value >= 1, 'a number from 1 on'),
    flag: '--max-cost <r>',
    help: 'a merge may cost r times the multiply-accumulates that it replaces (1)',
  },
  batchNorm: {
    kind: oneOf('inference', 'batch'),
    flag: '--batch-norm <statistics>',
    help: 'of batch norms in training mode: inference or batch (batch where running ones are 0 and 1)',
  },
  report: { kind: path, flag: '--report <file>', help: 'writes the report as JSON' },
} satisfies Record<keyof ReadingOptions, Declaration>;

/** What none of them has to be asked for. */
export const LIMITS = { maxNodes: 200_000, maxBytes: 16 * 2 ** 30, maxCost: 1 };

/** Options with every default in its place; undefined is left where there is none. */
export type Resolved<Options, Defaults> = Omit<Options, keyof Defaults | 'shape'> & {
  readonly [K in keyof Defaults & keyof Options]-?: Exclude<Options[K], undefined>;
} & { readonly shape: ReadonlyMap<string, AskedShape> };

/** @throws UsageError for an unknown key or an impossible value */
export function expectKnown(given: object, declared: Readonly<Record<string, Declaration>>): void {
  const known = new Map(Object.entries(declared));
  for (const [key, value] of Object.entries(given)) {
    const declaration = known.get(key);
    if (!declaration) throw usage(`there is no option ${key}`, nearestHint(key, known.keys()));
    const refusal = value === undefined ? undefined : declaration.kind.refuse(value);
    if (refusal) throw usage(`${nameOf(declaration) || key}: ${refusal.what}`, refusal.todo);
  }
}

/** The long flag of an option, as errors name it. */
export function nameOf({ flag: spelling }: Declaration): string {
  return /--[a-z0-9-]+/.exec(spelling)?.[0] ?? '';
}

/** What is wrong with an option, and what to do. */
export function usage(what: string, todo?: string): UsageError {
  return new UsageError({ what, ...(todo ? { todo } : {}) });
}

/** Without the keys whose value is undefined: those never beat a default. */
export function present<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** Sizes by name, which were judged before; a `Map`, since names come from strangers. */
export function asMap(given: Shapes | undefined): ReadonlyMap<string, AskedShape> {
  const entries: [string, readonly Size[]][] = given instanceof Map ? [...given] : Object.entries(given ?? {});
  return new Map(entries.map(([name, sizes]) => [name, sizes.map(asAsked)]));
}

/** A list that repeats one size leaves nothing open. */
function asAsked(size: Size): AskedSize {
  const asked = typeof size === 'string' ? (readSize(size) ?? 0) : size;
  if (typeof asked === 'number' || 'least' in asked) return asked;
  const [first = 0, ...others] = new Set(asked);
  return others.length === 0 ? first : asked;
}
