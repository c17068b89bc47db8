import type { BehindSelections, Check, Judgement, Program, Range, Source, Verdict } from '../check/index.js';
import type { ResolvedConvert } from '../commands/convert/options.js';
import { EngineFailure } from '../engines/index.js';
import { sha256 } from '../files/index.js';
import type { Artefact, Lowered, LowerOptions, Precision, Target } from '../formats/format.js';
import { loadOnnx } from '../formats/index.js';
import { asOneChunk, type Model, NotEquivalentError, type Value } from '../model/index.js';
import { optimize } from '../passes/pipeline.js';
import { lowerFor } from '../source/lower-for.js';
import { normaliseImage } from '../source/normalise-image.js';
import type { OpenSource } from '../source/open-source.js';
import { takeStock } from '../source/take-stock.js';
import { beyondFloat16, explained } from './beyond-float16.js';
import { programOf, roundedProgramOf } from './program.js';
import type { ReferenceRuns } from './reference-runs.js';

/** An artefact in memory, equal byte for byte to what is on disk. */
export interface Written {
  readonly target: Target;
  readonly lowered: Lowered;
  readonly artefact: Artefact;
  readonly options: LowerOptions;
  /** What its constants are rounded to. */
  readonly precision: Precision;
}

/** An fp16 source is rounded already: its artefacts are judged as fp16 whatever they hold. */
export function judgedAs(precision: Precision, isHalf: boolean): Precision {
  return isHalf && precision === 'fp32' ? 'fp16' : precision;
}

/** What is judged by what. */
export interface ProofParts {
  readonly check: Check;
  readonly runs: ReferenceRuns;
  readonly source: OpenSource;
  readonly options: ResolvedConvert;
  readonly isHalf: boolean;
}

/** A model whose source is being run, and by which its artefacts are judged. */
export class Proof {
  readonly #parts: ProofParts;

  constructor(parts: ProofParts) {
    this.#parts = parts;
  }

  /**
   * Judges one artefact: in float32 once, by the file itself; at a lower precision first the same program with float32
   * constants, which proves the lowering, then the file, which prices the rounding.
   * @param model the graph that all targets were lowered from
   */
  async judge(written: Written, model: Model): Promise<Verdict> {
    const { check, isHalf } = this.#parts;
    const { target, artefact, lowered } = written;
    const precision = judgedAs(written.precision, isHalf);
    const judgements =
      precision === 'fp32'
        ? [await this.#asWritten(written, precision)]
        : [await this.#lowering(written, model), await this.#rounded(written, precision)];
    const mustRun = precision === 'fp32' ? undefined : await programOf(target, artefact, lowered);
    const verdict = await check.judge({
      target: target.name,
      engine: target.engine,
      caveat: target.caveat,
      judgements,
      mustRun,
    });
    return precision === 'fp16' ? this.#explained(verdict, model) : verdict;
  }

  /** Names the nodes whose results float16 cannot hold, where that is why an artefact does not pass. */
  async #explained(verdict: Verdict, model: Model): Promise<Verdict> {
    const { check, runs } = this.#parts;
    const { error } = verdict;
    const isRounding = verdict.judgements.at(-1)?.purpose === 'artefact';
    if (!(error instanceof NotEquivalentError) || !isRounding) return verdict;
    try {
      const { keepFp32 = [] } = this.#parts.options;
      const beyond = await beyondFloat16(check, await runs.start({}), model, keepFp32);
      return beyond ? { ...verdict, error: explained(error, beyond) } : verdict;
    } catch (failure) {
      // The verdict stands without its explanation.
      if (failure instanceof EngineFailure) return verdict;
      throw failure;
    }
  }

  async #asWritten({ target, artefact, lowered, options }: Written, precision: Precision): Promise<Judgement> {
    const program = await programOf(target, artefact, lowered);
    const selections = this.#selections(target, options, false, programOf);
    return { ...program, purpose: 'artefact', precision, source: await this.#parts.runs.start({}), selections };
  }

  /** Constants in float32; for an fp16 source both sides are widened exactly. */
  async #lowering({ target, options }: Written, fused: Model): Promise<Judgement> {
    const { runs, isHalf } = this.#parts;
    const source = await runs.start({ widened: isHalf });
    const model = isHalf ? this.#prepare(await this.#read(source), this.#parts.options.outputs) : fused;
    const exact = { ...options, precision: 'fp32' } as const;
    const program = await this.#lower(target, model, exact, programOf);
    const selections = this.#selections(target, exact, isHalf, programOf);
    return { ...program, purpose: 'lowering', precision: 'fp32', source, selections };
  }

  /** The file, or what it computes with a rounding behind every operator. */
  async #rounded({ target, options, artefact, lowered }: Written, precision: Precision): Promise<Judgement> {
    const computesInHalf = target.arithmetic.get(precision) === 'fp16';
    const toProgram = computesInHalf ? roundedProgramOf : programOf;
    return {
      ...(await toProgram(target, artefact, lowered)),
      purpose: 'artefact',
      precision,
      source: await this.#parts.runs.start({}),
      range: computesInHalf ? await this.#range() : undefined,
      selections: this.#selections(target, options, false, toProgram),
    };
  }

  /** The same with the source's selections fed in, for outputs that jump: the model is that of the source as it then runs. */
  #selections(
    target: Target,
    options: LowerOptions,
    widened: boolean,
    toProgram: typeof programOf,
  ): BehindSelections | undefined {
    const { runs } = this.#parts;
    if (runs.selected.size === 0) return undefined;
    const fed = async (): Promise<Judgement> => {
      const source = await runs.start({ widened, selections: 'fed' });
      const model = this.#prepare(await this.#read(source), undefined);
      const program = await this.#lower(target, model, options, toProgram);
      const precision = options.precision ?? 'fp32';
      return { ...program, purpose: 'artefact', precision, source };
    };
    return { outputs: runs.selected, fed };
  }

  async #range(): Promise<Range> {
    const { runs } = this.#parts;
    const source = await runs.start(runs.rangeForm);
    return { source, unfused: async () => this.#unfused(await this.#read(source)) };
  }

  /** The source as it is, with a rounding to float16 behind every operator. */
  async #unfused(model: Model): Promise<Program> {
    const { simulateFloat16, writeOnnx } = await loadOnnx();
    takeStock(model, { shape: this.#parts.options.shape });
    simulateFloat16(model);
    const port = ({ name, dtype = 'float32' }: Value) => ({ name, artefactName: name, dtype });
    const { inputs, outputs } = model.graph;
    return { payload: { model: writeOnnx(model) }, inputs: inputs.map(port), outputs: outputs.map(port) };
  }

  async #lower(target: Target, model: Model, options: LowerOptions, toProgram: typeof programOf) {
    const lowered = lowerFor(target, model, options);
    return toProgram(target, target.write(lowered.program, 'judged', sha256), lowered);
  }

  /** What was done to the model that the targets were lowered from. */
  #prepare(model: Model, outputs: readonly string[] | undefined): Model {
    const { shape, image, mean, std, fuse, maxCost, batchNorm } = this.#parts.options;
    takeStock(model, { shape, outputs });
    if (image) normaliseImage(model, image, mean, std);
    optimize(model, { fuse, maxCost, batchNorm, typed: true });
    return model;
  }

  async #read({ model }: Source): Promise<Model> {
    const { options, source } = this.#parts;
    const { readOnnx } = await loadOnnx();
    return readOnnx(model instanceof Uint8Array ? model : asOneChunk(model), {
      ...options,
      externalData: source.external.read,
    });
  }
}
