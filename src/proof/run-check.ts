import { Check } from '../check/index.js';
import type { ResolvedConvert } from '../commands/convert/options.js';
import { readFile } from '../files/index.js';
import type { Target } from '../formats/format.js';
import { flexibleAxes, InputError } from '../model/index.js';
import type { ImageInput } from '../source/normalise-image.js';
import type { OpenSource } from '../source/open-source.js';
import {
  arraysOf,
  describeInputs,
  type GivenArrays,
  readArrays,
  seededTrials,
  type Trials,
  type UserArrays,
  userTrials,
} from '../trials/index.js';
import { judgedAs, ModelCheck } from './model-check.js';
import { ReferenceRuns } from './reference-runs.js';

/** Of draws that nodes to keep in float32 are chosen by, and nothing is proved on. */
const SEARCH_SEED = 1001;

/** Judges the artefacts of a run. Its engines start with it, so make it before reading; close it in every case. */
export class RunCheck {
  readonly #check: Check;
  readonly #arrays: UserArrays | undefined;
  readonly #options: ResolvedConvert;
  readonly #targets: readonly Target[];

  /** @throws InputError where `--inputs` cannot be read */
  constructor(targets: readonly Target[], options: ResolvedConvert) {
    this.#options = options;
    this.#targets = targets;
    this.#arrays = options.inputs === undefined ? undefined : readInputs(options.inputs, options.maxBytes);
    this.#check = new Check({
      engines: targets.map(({ engine }) => engine),
      build: options.engine,
      timeoutSeconds: options.timeout,
      tolerance: options.tolerance,
    });
  }

  /**
   * Starts to run a source. Its graph must have types, and not have met a pass yet.
   * @throws InputError where there are no trial inputs for it
   */
  start(source: OpenSource, image: ImageInput | undefined, precision: 'fp16' | 'fp32'): ModelCheck {
    const specs = describeInputs(source.model.graph, this.#options.shape);
    const isHalf = precision === 'fp16';
    const runs = new ReferenceRuns({
      check: this.#check,
      source,
      trials: this.#arrays
        ? ofFile(pathOf(this.#options.inputs), userTrials, this.#arrays, specs, image)
        : seededTrials(specs, image),
      open: flexibleAxes(this.#options.shape),
      isReRooted: this.#options.outputs !== undefined,
      batchNorm: this.#options.batchNorm,
      isHalf,
      // Pixels have one range.
      isScaled: !image && this.#computesInFloat16(isHalf),
    });
    runs.start({});
    return new ModelCheck({
      check: this.#check,
      runs,
      source,
      options: this.#options,
      isHalf,
      searchTrials: () => firstSetting(seededTrials(specs, image, SEARCH_SEED)),
    });
  }

  /** Whether an artefact will compute in float16, and not only hold its weights in it. */
  #computesInFloat16(isHalf: boolean): boolean {
    const source = isHalf ? 'fp16' : 'fp32';
    return this.#targets.some(({ name, arithmetic, defaultPrecision }) => {
      const precision = this.#options.precision.get(name) ?? defaultPrecision(source) ?? source;
      return arithmetic.get(judgedAs(precision, isHalf)) === 'fp16';
    });
  }

  close(): void {
    this.#check.close();
  }
}

/** One setting of sizes is enough to choose by; what was chosen is proved on all. */
function firstSetting(trials: Trials): Trials {
  return { ...trials, settings: trials.settings.slice(0, 1), others: [] };
}

function pathOf(inputs: ResolvedConvert['inputs']): string | undefined {
  return typeof inputs === 'string' ? inputs : undefined;
}

function readInputs(given: string | GivenArrays, maxBytes: number): UserArrays {
  if (typeof given !== 'string') return arraysOf(given);
  const limit = { bytes: maxBytes, what: `over the limit of ${maxBytes} bytes`, todo: 'raise it with --max-bytes' };
  return ofFile(given, () => readArrays(readFile(given, limit).bytes, maxBytes));
}

/** Errors of what the file holds name the file. */
function ofFile<Given extends unknown[], T>(path: string | undefined, use: (...given: Given) => T, ...given: Given): T {
  try {
    return use(...given);
  } catch (error) {
    if (!(error instanceof InputError) || error.where.file !== undefined || path === undefined) throw error;
    const { what, where, todo } = error;
    throw new InputError({ what, where: { ...where, file: path }, ...(todo ? { todo } : {}), cause: error });
  }
}
