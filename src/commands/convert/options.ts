import type { Precision } from '../../formats/format.js';
import { type FormatOptions, formatNames, formats, formatsNamed } from '../../formats/index.js';
import {
  abortSignal,
  callback,
  count,
  type Declaration,
  flag,
  listOf,
  oneForAllOrByName,
  pathOrArrays,
  pathOrNames,
  pathOrNull,
  text,
} from '../../option-kinds.js';
import type { Abortable } from '../../run/abort.js';
import type { Progress } from '../../run/stations.js';
import { type GivenArrays, isGivenArray } from '../../trials/given-arrays.js';
import {
  CHECKING,
  type CheckingOptions,
  expectPixelOptions,
  type PixelOptions,
  pixelDeclarations,
} from '../checking-options.js';
import {
  asMap,
  expectKnown,
  LIMITS,
  present,
  READING,
  type ReadingOptions,
  type Resolved,
  usage,
} from '../reading-options.js';
import { REPORTS, type ReportOptions } from '../report-options.js';
import { ABOUT, type AboutOptions } from './about-options.js';

/** What `convert` can be asked. */
export interface ConvertOptions
  extends ReadingOptions,
    ReportOptions,
    CheckingOptions,
    PixelOptions,
    FormatOptions,
    AboutOptions,
    Abortable {
  /**
   * Targets to write.
   * @default ['onnx']
   */
  readonly to?: readonly string[] | undefined;
  /**
   * Where the artefacts go; made if missing. null: nowhere, they are given back as bytes.
   * @default '.'
   */
  readonly outDir?: string | null | undefined;
  /**
   * Base name of the artefacts; `{name}` is the source's, `{dir}` the name of the folder that it lies in.
   * @default '{name}'
   */
  readonly name?: string | undefined;
  /** One for all targets, or by target; by default that of the format, or as in the source. */
  readonly precision?:
    | AskedPrecision
    | ReadonlyMap<string, AskedPrecision>
    | Readonly<Record<string, AskedPrecision>>
    | undefined;
  /**
   * Names or globs of nodes that stay in float32 with `fp16`; `['auto']`, the default: what costs least, where rounding would
   * cost too much; `['none']`: none.
   */
  readonly keepFp32?: readonly string[] | undefined;
  /**
   * false: the targets are written from the graph as it is, cleaned only.
   * @default true
   */
  readonly fuse?: boolean | undefined;
  /**
   * false: artefacts do not say which nodes of the source theirs stand for.
   * @default true
   */
  readonly origins?: boolean | undefined;
  /** Class names, or a file of them, one a line. */
  readonly labels?: string | readonly string[] | undefined;
  /** Arrays by the names of inputs, or an `.npy` or `.npz` file of them, to check on instead of seeded inputs. */
  readonly inputs?: string | GivenArrays | undefined;
  /**
   * false: no engine runs; what was written is still read back.
   * @default true
   */
  readonly check?: boolean | undefined;
  /**
   * Leaves the artefact in place although it is not equivalent.
   * @default false
   */
  readonly keep?: boolean | undefined;
  /**
   * So many models are on their way at a time; each has engines of its own.
   * @default 1
   */
  readonly jobs?: number | undefined;
  /** Called as each step begins. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What a precision is asked for by; `uint8` means `int8`, as TensorFlow.js calls it. */
export type AskedPrecision = Precision | 'uint8';

const PRECISIONS: readonly Precision[] = ['fp32', 'fp16', 'int8', 'pal6', 'pal4'];
const DEFAULT_TARGET = 'onnx';

/** What single formats declare for themselves. */
function formatOptions(): Readonly<Record<keyof FormatOptions, Declaration>> {
  return Object.assign({}, ...Array.from(formats.values(), ({ options }) => options));
}

/** How each of them is read and judged; asked when needed, since formats can be added. */
export const convertOptions = (): Readonly<Record<keyof ConvertOptions, Declaration>> => ({
  to: {
    kind: listOf(() => formatNames().keys()),
    flag: '--to <list>',
    help: `${[...formats.keys()].join(', ')}, comma-separated (${DEFAULT_TARGET})`,
  },
  outDir: { kind: pathOrNull, flag: '-o, --out-dir <dir>', help: 'where the artefacts go; made if missing (.)' },
  name: {
    kind: text,
    flag: '--name <name>',
    help: "base name; {name} is the source's, {dir} that of its folder ({name})",
  },
  precision: {
    kind: oneForAllOrByName(() => formatNames().keys(), ...PRECISIONS, 'uint8'),
    flag: '--precision <p>',
    help: precisionHelp(),
  },
  keepFp32: {
    kind: listOf(),
    flag: '--keep-fp32 <nodes>',
    help: 'with fp16: these nodes, names or globs, stay in fp32; auto, or none (auto: few, where rounding costs too much)',
  },
  fuse: { kind: flag, flag: '--no-fuse', help: 'writes the targets from the graph as it is, cleaned only' },
  ...READING,
  ...REPORTS,
  ...pixelDeclarations('takes pixels of 0 to 255 and normalises them; rgb, bgr or gray, as the network was trained on'),
  labels: { kind: pathOrNames, flag: '--labels <file>', help: 'class names, one a line, into the artefact' },
  ...ABOUT,
  origins: {
    kind: flag,
    flag: '--no-origins',
    help: 'leaves out which nodes of the source those of the artefact stand for',
  },
  inputs: {
    kind: pathOrArrays(isGivenArray),
    flag: '--inputs <file>',
    help: ".npy or .npz to check on, in the source's layout (seeded)",
  },
  ...CHECKING,
  check: { kind: flag, flag: '--no-check', help: 'writes without running an engine' },
  keep: { kind: flag, flag: '--keep', help: 'leaves the artefact in place although it is not equivalent' },
  ...formatOptions(),
  jobs: { kind: count, flag: '--jobs <n>', help: 'so many models at a time, each with engines of its own (1)' },
  onProgress: { kind: callback, flag: '', help: '' },
  signal: { kind: abortSignal, flag: '', help: '' },
});

const DEFAULTS = Object.freeze({
  ...LIMITS,
  jobs: 1,
  to: [DEFAULT_TARGET] as readonly string[],
  outDir: '.' as string | null,
  name: '{name}',
  fuse: true,
  origins: true,
  timeout: 300,
  check: true,
  keep: false,
});

/** Options with every default in its place. */
export type ResolvedConvert = Omit<Resolved<ConvertOptions, typeof DEFAULTS>, 'precision' | 'keepFp32'> & {
  /** Patterns; undefined: the search decides. */
  readonly keepFp32: readonly string[] | undefined;
  /** What was asked for, by the name of the target. */
  readonly precision: ReadonlyMap<string, Precision>;
};

/** @throws UsageError for an unknown key, an impossible value or an impossible combination */
export function resolveConvert(given: ConvertOptions = {}): ResolvedConvert {
  expectKnown(given, convertOptions());
  const { shape, to = DEFAULTS.to, precision, keepFp32, ...rest } = present(given);
  const targets = formatsNamed(to);
  const options = {
    ...DEFAULTS,
    ...rest,
    to: targets,
    shape: asMap(shape),
    precision: precisionsOf(precision, targets),
    keepFp32: patternsOf(keepFp32),
  };
  expectCombination(options);
  return options;
}

/** @throws UsageError where a word stands beside names */
function patternsOf(given: readonly string[] = ['auto']): readonly string[] | undefined {
  const word = given.find((name) => name === 'auto' || name === 'none');
  if (word === undefined) return given;
  if (given.length > 1)
    throw usage(`--keep-fp32: ${word} stands beside other names`, 'give names, or one of the words');
  return word === 'none' ? [] : undefined;
}

/** The precision that each target was asked for. @throws UsageError where a target is none of the run's */
function precisionsOf(given: ConvertOptions['precision'], to: readonly string[]): Map<string, Precision> {
  const plain = (asked: AskedPrecision): Precision => (asked === 'uint8' ? 'int8' : asked);
  if (given === undefined) return new Map();
  if (typeof given === 'string') return new Map(to.map((target) => [target, plain(given)]));
  const names = formatNames();
  const entries: [string, AskedPrecision][] = given instanceof Map ? [...given] : Object.entries(given);
  return new Map(
    entries.map(([name, asked]) => {
      const target = names.get(name) ?? name;
      if (!to.includes(target)) throw usage(`--precision ${name}=${asked}: ${name} is not among the targets of --to`);
      return [target, plain(asked)];
    }),
  );
}

/** The formats that can be written in a precision. */
function takers(precision: Precision): string {
  return [...formats.values()].flatMap(({ name, arithmetic }) => (arithmetic.has(precision) ? name : [])).join(', ');
}

function precisionHelp(): string {
  const all = [...formats.values()];
  const ways = PRECISIONS.map((precision) =>
    all.every(({ arithmetic }) => arithmetic.has(precision)) ? precision : `${precision} for ${takers(precision)}`,
  );
  const own = all.flatMap((format) => {
    const taken = format.defaultPrecision('fp32') ?? 'fp32';
    return taken === 'fp32' ? [] : `; ${format.name} ${taken}`;
  });
  const each = `${ways.slice(0, -1).join(', ')}, or ${ways.at(-1)}`;
  return `${each}; one for all, or as coreml=fp16,tfjs=int8 (as in the source${own.join('')})`;
}

function expectCombination(options: ResolvedConvert): void {
  const { precision, to } = options;
  expectPixelOptions(options);
  for (const [name, asked] of precision) {
    if (formats.get(name)?.arithmetic.has(asked)) continue;
    throw usage(`--precision ${asked} is for ${takers(asked)}, not ${name}`, `say which target, as ${name}=fp16`);
  }
  const isHalf = to.some((name) => (precision.get(name) ?? formats.get(name)?.defaultPrecision('fp32')) === 'fp16');
  if (options.keepFp32?.length && !isHalf) {
    throw usage(`--keep-fp32 is for --precision fp16, not ${[...precision.values()][0] ?? 'that of the source'}`);
  }
  if (!options.fuse && options.maxCost !== DEFAULTS.maxCost)
    throw usage('--max-cost has no meaning with --no-fuse', 'leave one of them out');
  if (!options.check) {
    const needless = options.keep
      ? '--keep'
      : (['tolerance', 'engine', 'inputs'] as const).find((key) => options[key] !== undefined);
    if (needless)
      throw usage(`${needless.replace(/^(?!--)/, '--')} has no meaning with --no-check`, 'leave one of them out');
  }
  if (options.keep && options.outDir === null)
    throw usage('keep has no meaning where artefacts are given back', 'give an outDir, or leave keep out');
  expectName(options.name);
}

/** Names that a file system, or Windows alone, does not take as they are. */
const DEVICE = /^(con|prn|aux|nul|com[1-9]|lpt[1-9])(\..*)?$/i;
const LONGEST_NAME = 255;

function expectName(name: string): void {
  const refuse = (what: string) => usage(`--name: ${what}`, 'give a plain file name');
  if (/[/\\\0]/.test(name)) throw refuse('it holds a path');
  if (name === '.' || name === '..') throw refuse('it is a folder');
  if (DEVICE.test(name)) throw refuse(`"${name}" is a device on Windows`);
  if (new TextEncoder().encode(name).length > LONGEST_NAME) throw refuse(`it is longer than ${LONGEST_NAME} bytes`);
}
