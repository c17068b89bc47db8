import {
  type BehindSelections,
  type Candidate,
  type Check,
  type Judgement,
  type JudgementResult,
  type Range,
  type Runs,
  type Source,
  toleranceOf,
  type Verdict,
} from '../check/index.js';
import type { ResolvedConvert } from '../commands/convert/options.js';
import { EngineFailure } from '../engines/index.js';
import { sha256 } from '../files/index.js';
import type { LowerOptions, Opened, Precision, Target } from '../formats/format.js';
import { loadOnnx } from '../formats/index.js';
import { namesOf, nodesKeptInFloat32 } from '../formats/keep-fp32.js';
import { allNodes, asOneChunk, type Model, NotEquivalentError } from '../model/index.js';
import { lowerFor } from '../source/lower-for.js';
import type { OpenSource } from '../source/open-source.js';
import { prepare } from '../source/prepare.js';
import { takeStock } from '../source/take-stock.js';
import type { Trials } from '../trials/index.js';
import { amongOwn } from './among-own.js';
import { beyondFloat16, explained } from './beyond-float16.js';
import { asCandidate, candidateOf, openWritten } from './candidates.js';
import { namedForFloat32 } from './named-for-float32.js';
import type { ReferenceForm, ReferenceRuns } from './reference-runs.js';
import { Replayed } from './replayed.js';
import { compareRounded, type RoundedProgram } from './rounded-program.js';
import { type KeptSet, type Searched, type Shortfall, searchFp32 } from './search-fp32.js';

/** An artefact as it lies on disk, opened. */
export interface Written {
  readonly target: Target;
  readonly opened: Opened;
  readonly options: LowerOptions;
  /** What its constants are rounded to. */
  readonly precision: Precision;
}

/** An fp16 source is rounded already: its artefacts are judged as fp16 whatever they hold. */
export function judgedAs(precision: Precision, isHalf: boolean): Precision {
  return isHalf && precision === 'fp32' ? 'fp16' : precision;
}

/** What is judged by what. */
export interface ModelCheckParts {
  readonly check: Check;
  readonly runs: ReferenceRuns;
  readonly source: OpenSource;
  readonly options: ResolvedConvert;
  readonly isHalf: boolean;
  /** On which it is searched for what stays in float32. */
  readonly searchTrials: () => Trials;
}

/** A model whose source is being run, and by which its artefacts are judged. */
export class ModelCheck {
  readonly #parts: ModelCheckParts;
  /** The graph that is searched in is that of all targets. */
  #search: Replayed<KeptSet, Shortfall> | undefined;

  constructor(parts: ModelCheckParts) {
    this.#parts = parts;
  }

  /**
   * Judges one artefact: in float32 once, by the file itself; at a lower precision first the same program with float32
   * constants, which proves the lowering, then the file constant by constant beside that, which proves the rounding, then by
   * its answers, which prices it.
   * @param model the graph that all targets were lowered from
   * @param onRun hears how many runs are done, where they take a while
   */
  async judge(written: Written, model: Model, onRun?: (runs: Runs) => void): Promise<Verdict> {
    const { check, isHalf } = this.#parts;
    const { target, opened } = written;
    const precision = judgedAs(written.precision, isHalf);
    const { name, engine, caveat } = target;
    const about = { target: name, engine, caveat };
    if (precision === 'fp32') {
      return check.judge({ ...about, judgements: [await this.#asWritten(written, precision)] }, onRun);
    }
    const judgements = [await this.#lowering(written, model), await this.#rounded(written, precision, model)];
    const rounding = written.precision === 'fp32' ? undefined : this.#rounding(written, model);
    // Of a source in fp16 nothing stays in float32.
    const canKeepFp32 = !isHalf && target.arithmetic.get(precision) === 'fp16';
    const mustRun = candidateOf(target, opened, []);
    const judged = await check.judge({ ...about, judgements, canKeepFp32, mustRun }, onRun);
    const verdict = withRounding(name, judged, rounding);
    const mayFlush = target.arithmetic.get(written.precision) === 'fp16' && rounding && rounding.flushable > 0;
    return mayFlush ? { ...verdict, notes: [...verdict.notes, flushedNote(rounding.flushable)] } : verdict;
  }

  /** The same verdict; where that is why it does not pass, with the nodes whose results float16 cannot hold. */
  async explained(verdict: Verdict, { target, precision }: Written, model: Model): Promise<Verdict> {
    // Where weights alone are rounded values have the range of float32.
    const isHalf = target.arithmetic.get(judgedAs(precision, this.#parts.isHalf)) === 'fp16';
    return isHalf ? this.#explained(verdict, model) : verdict;
  }

  /** Whether the user gave what is tried. */
  get isOnGivenInputs(): boolean {
    return this.#parts.options.inputs !== undefined;
  }

  /** The file beside the same program with float32 constants, whose lowering has been judged. */
  #rounding({ target, options, opened, precision }: Written, model: Model): RoundedProgram {
    const { program } = lowerFor(target, model, { ...options, precision: 'fp32', origins: true });
    const exact = openWritten(target, target.write(program, 'exact', sha256));
    const computesInHalf = target.arithmetic.get(precision) === 'fp16';
    const named = computesInHalf ? namedForFloat32(model.graph, options, exact) : undefined;
    return compareRounded(opened.program(), exact.program(), named);
  }

  /**
   * Sets of nodes to keep in float32, where that is what an artefact lacks; see `searchFp32`.
   * @returns undefined where it lacks something else, or it was said what to keep
   */
  async keepFp32(
    { target, precision }: Written,
    verdict: Verdict,
    model: Model,
    onProgress: Searched['onProgress'],
  ): Promise<AsyncGenerator<KeptSet, Shortfall | undefined> | undefined> {
    const { check, runs, isHalf, options, searchTrials } = this.#parts;
    const isAsked = options.keepFp32 === undefined && options.tolerance === undefined;
    if (!isAsked || isHalf || precision !== 'fp16' || target.arithmetic.get(precision) !== 'fp16') return undefined;
    // What is wrong in float32 is not mended by more of it.
    if (!isUnlike(verdict) || !verdict.judgements.every(isLowered)) return undefined;
    if (!this.#search) {
      const source = await runs.on(searchTrials());
      const outputs = source.outputs.filter((name) => !runs.selected.has(name));
      const tolerance = toleranceOf(precision);
      this.#search = new Replayed(searchFp32({ check, source, fused: model, outputs, tolerance, onProgress }));
    }
    return this.#search.fromStart();
  }

  /** When all artefacts have been judged. */
  async close(): Promise<void> {
    await this.#search?.close();
  }

  /** Names the nodes whose results float16 cannot hold, where that is why an artefact does not pass. */
  async #explained(verdict: Verdict, model: Model): Promise<Verdict> {
    const { check, runs } = this.#parts;
    const { isOnGivenInputs } = this;
    const { error } = verdict;
    if (!(error instanceof NotEquivalentError) || !isUnlike(verdict)) return verdict;
    try {
      const { keepFp32 = [] } = this.#parts.options;
      const beyond = await beyondFloat16(check, await runs.start({}), model, keepFp32);
      if (!beyond) return verdict;
      return {
        ...verdict,
        error: explained(error, beyond, { isLowered: verdict.judgements.every(isLowered), isOnGivenInputs }),
      };
    } catch (failure) {
      // The verdict stands without its explanation.
      if (failure instanceof EngineFailure) return verdict;
      throw failure;
    }
  }

  async #asWritten({ target, opened }: Written, precision: Precision): Promise<Judgement> {
    const source = await this.#parts.runs.start({});
    return {
      ...candidateOf(target, opened, source.outputs),
      purpose: 'artefact',
      precision,
      source,
      selections: this.#selections(target, opened, {}),
    };
  }

  /** Constants in float32; for an fp16 source both sides are widened exactly. */
  async #lowering({ target, options }: Written, fused: Model): Promise<Judgement> {
    const { runs, isHalf } = this.#parts;
    const source = await runs.start({ widened: isHalf });
    const model = isHalf ? await this.#prepared(source, this.#parts.options.outputs) : fused;
    const exact = { ...options, precision: 'fp32' } as const;
    const opened = openLowered(target, model, exact);
    const selections = this.#selections(target, opened, { widened: isHalf });
    const candidate = candidateOf(target, opened, source.outputs);
    return { ...candidate, purpose: 'lowering', precision: 'fp32', source, selections };
  }

  /** The file, or what it computes with a rounding behind every operator. */
  async #rounded({ target, options, opened }: Written, precision: Precision, fused: Model): Promise<Judgement> {
    const rounded = target.arithmetic.get(precision) === 'fp16';
    const source = await this.#parts.runs.start({});
    return {
      ...candidateOf(target, opened, source.outputs, { rounded }),
      purpose: 'artefact',
      precision,
      source,
      range: rounded && precision === 'fp16' ? await this.#range(fused, options) : undefined,
      selections: this.#selections(target, opened, {}, rounded),
    };
  }

  /** How outputs are judged that near ties may make jump. */
  #selections(target: Target, opened: Opened, form: ReferenceForm, rounded = false): BehindSelections | undefined {
    const { runs, options } = this.#parts;
    if (runs.selected.size === 0) return undefined;
    const graphOf = async (source: Source) => {
      const model = await this.#read(source);
      takeStock(model, { shape: options.shape });
      return model.graph;
    };
    const parts = { target, opened, rounded, runs, form, graphOf };
    return { outputs: runs.selected, amongOwn: () => amongOwn(parts) };
  }

  async #range(fused: Model, { keepFp32 = [] }: LowerOptions): Promise<Range> {
    const { runs } = this.#parts;
    const source = await runs.start(runs.rangeForm);
    const kept = new Set([...nodesKeptInFloat32(fused.graph, keepFp32)].flatMap(namesOf));
    return { source, unfused: async () => this.#unfused(await this.#read(source), kept) };
  }

  /**
   * The source as it is, with a rounding to float16 behind every operator.
   * @param kept names of nodes that stay in float32, those of the source among them
   */
  async #unfused(model: Model, kept: ReadonlySet<string>): Promise<Candidate> {
    const { simulateFloat16 } = await loadOnnx();
    takeStock(model, { shape: this.#parts.options.shape });
    const labels = Array.from(allNodes(model.graph), ({ label }) => label);
    simulateFloat16(
      model,
      labels.filter((label) => kept.has(label)),
    );
    return asCandidate(model);
  }

  /** A form of the source, with what was done to the model that the targets were lowered from. */
  async #prepared(source: Source, outputs: readonly string[] | undefined): Promise<Model> {
    const model = await this.#read(source);
    await prepare(model, { ...this.#parts.options, outputs });
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

/** Whether an artefact is the program rounded, runs, and does not answer like the source. */
function isUnlike({ error, judgements, rounding }: Verdict): boolean {
  if (!(error instanceof NotEquivalentError) || error.cause instanceof EngineFailure) return false;
  return !rounding?.difference && judgements.at(-1)?.purpose === 'artefact';
}

/** Whether it has no failure by what was lowered, with constants in float32. */
function isLowered({ purpose, outputs }: JudgementResult): boolean {
  return purpose !== 'lowering' || outputs.every(({ failures }) => failures.length === 0);
}

/** A wrong constant is known for what it is, and goes before what it costs; what was lowered wrongly goes before both. */
function withRounding(target: string, verdict: Verdict, rounding: RoundedProgram | undefined): Verdict {
  if (!rounding) return verdict;
  const { difference, value = '' } = rounding;
  const isProved = verdict.judgements.some((judged) => judged.purpose === 'lowering' && isLowered(judged));
  if (!difference || (verdict.error && !isProved)) return { ...verdict, rounding };
  const error = new NotEquivalentError({
    what: `the ${target} artefact is not the program with float32 constants, rounded: ${difference}`,
    where: { value },
    todo: '--keep leaves it in place for a closer look',
  });
  return { ...verdict, rounding, error };
}

function flushedNote(count: number): string {
  const which = count === 1 ? '1 constant is' : `${count} constants are`;
  return `${which} made of numbers that are subnormal in fp16, below 6.1e-5: a device that takes these for 0 answers otherwise; --keep-fp32 leaves their nodes in fp32`;
}

/** Lowers a model, writes it in memory and opens that. @throws UnsupportedError */
function openLowered(target: Target, model: Model, options: LowerOptions): Opened {
  const { program } = lowerFor(target, model, options);
  return openWritten(target, target.write(program, 'judged', sha256));
}
