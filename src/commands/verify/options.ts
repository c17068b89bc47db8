import { abortSignal, callback, type Declaration, number, pathOrNames, textsByName } from '../../option-kinds.js';
import type { Abortable } from '../../run/abort.js';
import type { Progress } from '../../run/stations.js';
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
} from '../reading-options.js';
import { REPORTS, type ReportOptions } from '../report-options.js';
import { BISECT, type BisectOptions } from './bisect-options.js';
import { DATA, type DataOptions, expectDataOptions } from './data-options.js';
import { expectShardOptions, SHARDING, type ShardOptions } from './shard-options.js';

/** What `verify` can be asked. */
export interface VerifyOptions
  extends Omit<ReadingOptions, 'maxCost'>,
    ReportOptions,
    CheckingOptions,
    PixelOptions,
    DataOptions,
    ShardOptions,
    BisectOptions,
    Abortable {
  /** Class names, or a file of them, one a line. */
  readonly labels?: string | readonly string[] | undefined;
  /** What a candidate calls values of the reference, where that cannot be found: `image: 'input'`, or `image: 'input:0231'`. */
  readonly map?: ReadonlyMap<string, string> | Readonly<Record<string, string>> | undefined;
  /** A candidate may lose so many points of top-1 against the reference. */
  readonly maxDrop?: number | undefined;
  /** Share of decided samples on which a candidate has to choose as the reference does. */
  readonly minAgreement?: number | undefined;
  /** A candidate may have so many times the reference's bytes. */
  readonly maxBytesRatio?: number | undefined;
  /** Called as each step begins. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const { maxCost: _, ...reading } = READING;

/** How each of them is read and judged; asked when needed, since formats can be added. */
export const verifyOptions = (): Readonly<Record<keyof VerifyOptions, Declaration>> => ({
  ...DATA,
  ...pixelDeclarations(
    'the inputs are pixels of 0 to 255; rgb, bgr or gray, as the network was trained on. A candidate that normalises them itself gets them as they are',
  ),
  labels: { kind: pathOrNames, flag: '--labels <file>', help: 'class names, one a line (of the files)' },
  ...reading,
  ...REPORTS,
  map: {
    kind: textsByName,
    flag: '--map <candidate=reference>',
    help: 'what a candidate calls a value of the reference; image=input:0231 says how its axes lie; repeatable',
  },
  maxDrop: {
    kind: number((value) => value >= 0, 'a number from 0 on'),
    flag: '--max-drop <points>',
    help: 'exit code 7 where top-1 of --truth falls by more percentage points',
  },
  minAgreement: {
    kind: number((value) => value >= 0 && value <= 1, 'a number from 0 to 1'),
    flag: '--min-agreement <share>',
    help: 'exit code 7 where fewer decided samples get the same class as from the reference',
  },
  maxBytesRatio: {
    kind: number((value) => value > 0, 'a number above 0'),
    flag: '--max-bytes-ratio <r>',
    help: "exit code 7 where a candidate has more than r times the reference's bytes",
  },
  ...SHARDING,
  ...BISECT,
  ...CHECKING,
  onProgress: { kind: callback, flag: '', help: '' },
  signal: { kind: abortSignal, flag: '', help: '' },
});

const { maxCost: __, ...limits } = LIMITS;
const DEFAULTS = Object.freeze({ ...limits, timeout: 300, resume: false });

/** Options with every default in its place. */
export type ResolvedVerify = Omit<Resolved<VerifyOptions, typeof DEFAULTS>, 'map'> & {
  readonly map: ReadonlyMap<string, string>;
};

/** @throws UsageError for an unknown key, an impossible value or an impossible combination */
export function resolveVerify(given: VerifyOptions = {}): ResolvedVerify {
  expectKnown(given, verifyOptions());
  const { shape, map = {}, ...rest } = present(given);
  const options = {
    ...DEFAULTS,
    ...rest,
    shape: asMap(shape),
    map: map instanceof Map ? map : new Map(Object.entries(map)),
  };
  expectPixelOptions(options);
  expectDataOptions(options);
  expectShardOptions(options);
  return options;
}
