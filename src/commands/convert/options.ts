import type { Precision } from '../../formats/format.js';
import { type FormatOptions, formats } from '../../formats/index.js';
import { callback, type Declaration, flag, listOf, number, numbers, oneOf, text } from '../../option-kinds.js';
import type { Progress } from '../../run/stations.js';
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

/** What `convert` can be asked. */
export interface ConvertOptions extends ReadingOptions, FormatOptions {
  /** Targets to write; `onnx` by default. */
  readonly to?: readonly string[] | undefined;
  /** Where the artefacts go; made if missing. */
  readonly outDir?: string | undefined;
  /** Base name of the artefacts; `{name}` is the source's. */
  readonly name?: string | undefined;
  /** By default that of the format, or as in the source. */
  readonly precision?: Precision | undefined;
  /** Names or globs of nodes that stay in float32 with `fp16`. */
  readonly keepFp32?: readonly string[] | undefined;
  /** false: the targets are written from the graph as it is, cleaned only. */
  readonly fuse?: boolean | undefined;
  /** The artefact takes pixels of 0 to 255, in the order that the network was trained on, and normalises them itself. */
  readonly image?: 'rgb' | 'bgr' | 'gray' | undefined;
  /** One per channel, in torchvision's units: y = (p / 255 - mean) / std. */
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
  /** File of class names, one a line. */
  readonly labels?: string | undefined;
  /** `.npy` or `.npz` to check on, instead of seeded inputs. */
  readonly inputs?: string | undefined;
  /** Largest `error` that passes, in place of the precision's own. */
  readonly tolerance?: number | undefined;
  /** ONNX Runtime for the check: native where it is installed. */
  readonly engine?: 'native' | 'wasm' | undefined;
  /** Seconds that each engine run may take. */
  readonly timeout?: number | undefined;
  /** false: no engine runs; what was written is still read back. */
  readonly check?: boolean | undefined;
  /** Leaves the artefact in place although it is not equivalent. */
  readonly keep?: boolean | undefined;
  /** Called as each step begins. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const anyNumber = numbers(() => true, 'a number');
const notZero = numbers((value) => value !== 0, 'a number other than 0');

const PRECISIONS: readonly Precision[] = ['fp32', 'fp16', 'uint8'];
const DEFAULT_TARGET = 'onnx';

/** What single formats declare for themselves. */
function formatOptions(): Readonly<Record<keyof FormatOptions, Declaration>> {
  return Object.assign({}, ...Array.from(formats.values(), ({ options }) => options));
}

/** How each of them is read and judged; asked when needed, since formats can be added. */
export const convertOptions = (): Readonly<Record<keyof ConvertOptions, Declaration>> => ({
  to: {
    kind: listOf(() => formats.keys()),
    flag: '--to <list>',
    help: `${[...formats.keys()].join(', ')}, comma-separated (${DEFAULT_TARGET})`,
  },
  outDir: { kind: text, flag: '-o, --out-dir <dir>', help: 'where the artefacts go; made if missing (.)' },
  name: { kind: text, flag: '--name <name>', help: "base name; {name} is the source's ({name})" },
  precision: {
    kind: oneOf(...PRECISIONS),
    flag: '--precision <p>',
    help: precisionHelp(),
  },
  keepFp32: {
    kind: listOf(),
    flag: '--keep-fp32 <nodes>',
    help: 'with fp16: these nodes, names or globs, stay in fp32',
  },
  fuse: { kind: flag, flag: '--no-fuse', help: 'writes the targets from the graph as it is, cleaned only' },
  ...READING,
  image: {
    kind: oneOf('rgb', 'bgr', 'gray'),
    flag: '--image <order>',
    help: 'takes pixels of 0 to 255 and normalises them; rgb, bgr or gray, as the network was trained on',
  },
  mean: {
    kind: anyNumber,
    flag: '--mean <list>',
    help: 'with --image: y = (p / 255 - mean) / std, one per channel (0)',
  },
  std: { kind: notZero, flag: '--std <list>', help: 'with --image: see --mean (1)' },
  labels: { kind: text, flag: '--labels <file>', help: 'class names, one a line, into the artefact' },
  inputs: { kind: text, flag: '--inputs <file>', help: ".npy or .npz to check on, in the source's layout (seeded)" },
  tolerance: {
    kind: number((value) => value >= 0, 'a number from 0 on'),
    flag: '--tolerance <r>',
    help: 'largest relative error that passes (by precision)',
  },
  engine: {
    kind: oneOf('native', 'wasm'),
    flag: '--engine <name>',
    help: 'ONNX Runtime for the check: native or wasm (native if installed)',
  },
  timeout: {
    kind: number((value) => value > 0, 'a number above 0'),
    flag: '--timeout <seconds>',
    help: 'for each engine run (300)',
  },
  check: { kind: flag, flag: '--no-check', help: 'writes without running an engine' },
  keep: { kind: flag, flag: '--keep', help: 'leaves the artefact in place although it is not equivalent' },
  ...formatOptions(),
  onProgress: { kind: callback, flag: '', help: '' },
});

const DEFAULTS = Object.freeze({
  ...LIMITS,
  to: [DEFAULT_TARGET] as readonly string[],
  outDir: '.',
  name: '{name}',
  fuse: true,
  timeout: 300,
  check: true,
  keep: false,
});

/** Options with every default in its place. */
export type ResolvedConvert = Resolved<ConvertOptions, typeof DEFAULTS>;

/** @throws UsageError for an unknown key, an impossible value or an impossible combination */
export function resolveConvert(given: ConvertOptions = {}): ResolvedConvert {
  expectKnown(given, convertOptions());
  const { shape, to = DEFAULTS.to, ...rest } = present(given);
  const options = { ...DEFAULTS, ...rest, to: [...new Set(to)], shape: asMap(shape) };
  expectCombination(options);
  return options;
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
  return `${ways.slice(0, -1).join(', ')}, or ${ways.at(-1)} (as in the source${own.join('')})`;
}

function expectCombination(options: ResolvedConvert): void {
  const { image, mean, std, precision, to } = options;
  if (!image && (mean || std))
    throw usage(`${mean ? '--mean' : '--std'} needs --image`, 'say which order with --image');
  const channels = image === 'gray' ? 1 : 3;
  for (const [name, list] of [['--mean', mean] as const, ['--std', std] as const]) {
    if (list && list.length !== channels && list.length !== 1) {
      throw usage(`${name} has ${list.length} values, --image ${image} takes ${channels}`);
    }
  }
  expectUnitsOfOne('--mean', mean, (value) => value > 1);
  expectUnitsOfOne('--std', std, (value) => value >= 2);
  const other = precision && to.find((name) => !formats.get(name)?.arithmetic.has(precision));
  if (other) {
    throw usage(`--precision ${precision} is for ${takers(precision)}, not ${other}`, 'convert it in a run of its own');
  }
  const isHalf = to.some((name) => (precision ?? formats.get(name)?.defaultPrecision('fp32')) === 'fp16');
  if (options.keepFp32 && !isHalf) {
    throw usage(`--keep-fp32 is for --precision fp16, not ${precision ?? 'that of the source'}`);
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
  expectName(options.name);
}

/** Pixels are divided by 255 first, so values in their own units would send nearly all of them to one number. */
function expectUnitsOfOne(name: string, list: readonly number[] = [], isOver: (value: number) => boolean): void {
  const over = list.find(isOver);
  if (over !== undefined) throw usage(`${name} ${over}: these look like units of 0 to 255`, 'divide by 255');
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
