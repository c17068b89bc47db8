import {
  Check,
  describeInputs,
  findSuspect,
  type Judgement,
  type Program,
  readArrays,
  type StartedSource,
  seededTrials,
  type UserArrays,
  userTrials,
  type Verdict,
} from '../check/index.js';
import { readFile, sha256 } from '../files/index.js';
import type { Artefact, LowerOptions, Precision, Target } from '../formats/format.js';
import { InputError, type Model } from '../model/index.js';
import type { ResolvedConvert } from '../options.js';
import type { ImageInput } from '../source/normalise-image.js';
import type { OpenSource } from '../source/open-source.js';
import { type LoweredTarget, lowerFor } from './lower-targets.js';
import { judgeable } from './program.js';

/** An artefact in memory, equal byte for byte to what is on disk. */
export interface Written extends LoweredTarget {
  readonly artefact: Artefact;
  readonly options: LowerOptions;
  /** What its constants are rounded to. */
  readonly precision: Precision;
}

/** A model whose source is being run, by which its artefacts are judged. */
export interface Proof {
  /** @param model the graph that all targets were lowered from */
  judge(written: Written, model: Model): Promise<Verdict>;
}

/** Judges the artefacts of a run. Its engines start with it, so make it before reading; close it in every case. */
export class Prover {
  readonly #check: Check;
  readonly #arrays: UserArrays | undefined;

  /** @throws InputError where `--inputs` cannot be read */
  constructor(targets: readonly Target[], options: ResolvedConvert) {
    this.#arrays = options.inputs === undefined ? undefined : readInputs(options.inputs, options.maxBytes);
    this.#check = new Check({
      engines: targets.map(({ engine }) => engine),
      build: options.engine,
      timeoutSeconds: options.timeout,
      tolerance: options.tolerance,
    });
  }

  /**
   * Starts to run a source.
   * @param model its graph with types, before passes change it
   * @throws InputError where there are no trial inputs for it
   */
  start(source: OpenSource, { graph }: Model, image: ImageInput | undefined): Proof {
    const specs = describeInputs(graph);
    const trials = this.#arrays ? userTrials(this.#arrays, specs, image) : seededTrials(specs, image);
    const started = this.#check.source({
      model: source.bytes,
      outputs: graph.outputs.map(({ name }) => name),
      trials,
      // Passes replace constants, so this looks at the file again.
      suspect: () => findSuspect(source.readAgain().graph),
    });
    return { judge: (written, model) => this.#judge(written, model, started) };
  }

  close(): void {
    this.#check.close();
  }

  async #judge(written: Written, model: Model, source: StartedSource): Promise<Verdict> {
    const { target, precision, artefact } = written;
    const program = await judgeable(target, artefact, written.lowered);
    const judgements: Judgement[] = [{ ...program, purpose: 'artefact', precision, source }];
    if (precision !== 'fp32') {
      judgements.unshift({ ...(await withFloat32(written, model)), purpose: 'lowering', precision: 'fp32', source });
    }
    return this.#check.judge({ target: target.name, engine: target.engine, judgements });
  }
}

/** The same program with constants in float32: proves that it was translated right, whatever rounding costs. */
async function withFloat32({ target, options }: Written, model: Model): Promise<Program> {
  const lowered = lowerFor(target, model, { ...options, precision: 'fp32' });
  return judgeable(target, target.write(lowered.program, 'lowering', sha256), lowered);
}

function readInputs(path: string, maxBytes: number): UserArrays {
  const limit = { bytes: maxBytes, what: `over the limit of ${maxBytes} bytes`, todo: 'raise it with --max-bytes' };
  try {
    return readArrays(readFile(path, limit).bytes, maxBytes);
  } catch (error) {
    if (!(error instanceof InputError) || error.where.file !== undefined) throw error;
    const { what, where, todo } = error;
    throw new InputError({ what, where: { ...where, file: path }, ...(todo ? { todo } : {}), cause: error });
  }
}
