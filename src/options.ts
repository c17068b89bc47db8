import { type DeploymentTarget, type ImageLayout, type Precision, TARGETS, type TargetName } from './formats/format.js';
import { UsageError } from './model/index.js';
import { nearestHint } from './nearest-name.js';
import type { BatchNormMode } from './operators/batch-norm-mode.js';
import { callback, count, flag, type Kind, listOf, number, numbers, oneOf, shapes, text } from './option-kinds.js';

/** Sizes of inputs by name, to fix dimensions that the file leaves open. */
export type Shapes = ReadonlyMap<string, readonly number[]> | Readonly<Record<string, readonly number[]>>;

/** A step that began; `model` is the path as it was given. */
export interface Progress {
  readonly model: string;
  readonly station: string;
}

/** What `inspect` can be asked. */
export interface InspectOptions {
  /** Targets to judge; all by default. */
  readonly to?: readonly TargetName[] | undefined;
  /** Fixes dimensions of inputs. */
  readonly shape?: Shapes | undefined;
  /** Re-roots the graph at these values. */
  readonly outputs?: readonly string[] | undefined;
  /** Refuses a model of more nodes, those of subgraphs and inlined functions included. */
  readonly maxNodes?: number | undefined;
  /** Refuses a model whose file and external data are larger together. */
  readonly maxBytes?: number | undefined;
  /** A merge may cost so many times the multiply-accumulates that it replaces; 1 or more. */
  readonly maxCost?: number | undefined;
  /** What batch norms exported in training mode mean; by default the batch's statistics where they never had running ones. */
  readonly batchNorm?: BatchNormMode | undefined;
  /** Also writes the report to this file, as JSON. */
  readonly report?: string | undefined;
  /** Lists nodes and values by name in the report. */
  readonly nodes?: boolean | undefined;
  /** Fails with `GateError` where a block can still be fused. */
  readonly expectFused?: boolean | undefined;
}

/** What `convert` can be asked. */
export interface ConvertOptions extends Omit<InspectOptions, 'expectFused' | 'nodes'> {
  /** Where the artefacts go; made if missing. */
  readonly outDir?: string | undefined;
  /** Base name of the artefacts; `{name}` is the source's. */
  readonly name?: string | undefined;
  /** As in the source; `coreml` takes `fp16`. `uint8` weights for `tfjs` alone. */
  readonly precision?: Precision | undefined;
  /** Names or globs of nodes that stay in float32 with `fp16`. */
  readonly keepFp32?: readonly string[] | undefined;
  /** false: the targets are written from the graph as it is, cleaned only. */
  readonly fuse?: boolean | undefined;
  /** Layout of image inputs in TF.js. */
  readonly inputLayout?: ImageLayout | undefined;
  /** The artefact takes pixels of 0 to 255, in the order that the network was trained on, and normalises them itself. */
  readonly image?: 'rgb' | 'bgr' | 'gray' | undefined;
  /** One per channel, in torchvision's units: y = (p / 255 - mean) / std. */
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
  /** File of class names, one a line. */
  readonly labels?: string | undefined;
  readonly deploymentTarget?: DeploymentTarget | undefined;
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

/** An option as every surface reads it: the API, the command line and the documentation. */
export interface Declaration {
  readonly kind: Kind;
  /** As on the command line. */
  readonly flag: string;
  readonly help: string;
}

const anyNumber = numbers(() => true, 'a number');
const notZero = numbers((value) => value !== 0, 'a number other than 0');

const READING = {
  shape: {
    kind: shapes,
    flag: '--shape <name:sizes>',
    help: "fixes an input's dimensions, as image:1,3,224,224; repeatable",
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
  report: { kind: text, flag: '--report <file>', help: 'writes the report as JSON' },
} satisfies Record<string, Declaration>;

export const INSPECT_OPTIONS: Readonly<Record<keyof InspectOptions, Declaration>> = Object.freeze({
  to: { kind: listOf(TARGETS), flag: '--to <list>', help: 'targets to judge: onnx, tfjs, coreml (all)' },
  ...READING,
  nodes: { kind: flag, flag: '--nodes', help: 'lists nodes and values by name' },
  expectFused: { kind: flag, flag: '--expect-fused', help: 'exit code 7 where a block can still be fused' },
});

export const CONVERT_OPTIONS: Readonly<Record<keyof ConvertOptions, Declaration>> = Object.freeze({
  to: { kind: listOf(TARGETS), flag: '--to <list>', help: 'onnx, tfjs, coreml, comma-separated (onnx)' },
  outDir: { kind: text, flag: '-o, --out-dir <dir>', help: 'where the artefacts go; made if missing (.)' },
  name: { kind: text, flag: '--name <name>', help: "base name; {name} is the source's ({name})" },
  precision: {
    kind: oneOf('fp32', 'fp16', 'uint8'),
    flag: '--precision <p>',
    help: 'fp32, fp16, or uint8 weights for tfjs (as in the source; coreml fp16)',
  },
  keepFp32: {
    kind: listOf(),
    flag: '--keep-fp32 <nodes>',
    help: 'with fp16: these nodes, names or globs, stay in fp32',
  },
  fuse: { kind: flag, flag: '--no-fuse', help: 'writes the targets from the graph as it is, cleaned only' },
  ...READING,
  inputLayout: {
    kind: oneOf('nchw', 'nhwc'),
    flag: '--input-layout <layout>',
    help: 'of image inputs in TF.js: nchw or nhwc (nhwc)',
  },
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
  deploymentTarget: {
    kind: oneOf('iOS15', 'iOS16', 'iOS17', 'iOS18'),
    flag: '--deployment-target <version>',
    help: 'Core ML: iOS15 to iOS18 (iOS15, raised by need)',
  },
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
  onProgress: { kind: callback, flag: '', help: '' },
});

const LIMITS = { maxNodes: 200_000, maxBytes: 16 * 2 ** 30, maxCost: 1 };

export const INSPECT_DEFAULTS = Object.freeze({ ...LIMITS, to: TARGETS, nodes: false, expectFused: false });

export const CONVERT_DEFAULTS = Object.freeze({
  ...LIMITS,
  to: ['onnx'] as const,
  outDir: '.',
  name: '{name}',
  fuse: true,
  inputLayout: 'nhwc',
  deploymentTarget: 'iOS15',
  timeout: 300,
  check: true,
  keep: false,
});

/** Options with every default in its place; undefined is left where there is none. */
export type Resolved<Options, Defaults> = Omit<Options, keyof Defaults | 'shape'> & {
  readonly [K in keyof Defaults & keyof Options]-?: Exclude<Options[K], undefined>;
} & { readonly shape: ReadonlyMap<string, readonly number[]> };

export type ResolvedInspect = Resolved<InspectOptions, typeof INSPECT_DEFAULTS>;
export type ResolvedConvert = Resolved<ConvertOptions, typeof CONVERT_DEFAULTS>;

/** @throws UsageError for an unknown key or an impossible value */
export function resolveInspect(given: InspectOptions = {}): ResolvedInspect {
  expectKnown(given, INSPECT_OPTIONS);
  const { shape, to, ...rest } = present(given);
  return { ...INSPECT_DEFAULTS, ...rest, to: [...new Set(to ?? INSPECT_DEFAULTS.to)], shape: asMap(shape) };
}

/** @throws UsageError for an unknown key, an impossible value or an impossible combination */
export function resolveConvert(given: ConvertOptions = {}): ResolvedConvert {
  expectKnown(given, CONVERT_OPTIONS);
  const { shape, to, ...rest } = present(given);
  const options = { ...CONVERT_DEFAULTS, ...rest, to: [...new Set(to ?? CONVERT_DEFAULTS.to)], shape: asMap(shape) };
  expectCombination(options);
  return options;
}

function expectKnown(given: object, declared: Readonly<Record<string, Declaration>>): void {
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
  const other = to.find((target) => target !== 'tfjs');
  if (precision === 'uint8' && other)
    throw usage(`--precision uint8 is for tfjs, not ${other}`, 'convert it in a run of its own');
  const isHalf = precision === 'fp16' || (precision === undefined && to.includes('coreml'));
  if (options.keepFp32 && !isHalf) {
    throw usage(`--keep-fp32 is for --precision fp16, not ${precision ?? 'that of the source'}`);
  }
  if (!options.fuse && options.maxCost !== CONVERT_DEFAULTS.maxCost)
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

function usage(what: string, todo?: string): UsageError {
  return new UsageError({ what, ...(todo ? { todo } : {}) });
}

/** Without the keys whose value is undefined: those never beat a default. */
function present<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function asMap(given: Shapes | undefined): ReadonlyMap<string, readonly number[]> {
  if (given instanceof Map) return given;
  return new Map(Object.entries(given ?? {}));
}
