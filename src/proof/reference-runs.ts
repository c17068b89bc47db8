import {
  boundedOutputs,
  type Check,
  findSuspect,
  resolutions,
  type StartedSource,
  selectionsOf,
} from '../check/index.js';
import { LAST_IR_VERSION, loadReference } from '../formats/index.js';
import { allNodes, type DataType, EngineError, Tensor, type Value } from '../model/index.js';
import type { BatchNormMode } from '../operators/batch-norm-mode.js';
import { batchNormalization, dropout } from '../operators/index.js';
import type { OpenSource } from '../source/open-source.js';
import { mapTrials, type Trial, type Trials } from '../trials/index.js';

/** A value that the source is asked for. */
export interface Wanted {
  readonly name: string;
  readonly dtype: DataType;
}

/** How the source has to be changed before it runs. */
export interface ReferenceForm {
  /** float16 becomes float32, exactly. */
  readonly widened?: boolean;
  /** Values that are given back, too. */
  readonly also?: readonly Wanted[];
}

/** What is needed to run a source for comparison. */
export interface ReferenceParts {
  readonly check: Check;
  /** Its graph must have types, and not have met a pass yet. */
  readonly source: OpenSource;
  readonly trials: Trials;
  readonly isReRooted: boolean;
  /** Axes of inputs, by name, that are to vary though the file may fix them. */
  readonly open: ReadonlyMap<string, readonly number[]>;
  readonly batchNorm: BatchNormMode | undefined;
  /** An fp16 source computes in float32 where it is widened. */
  readonly isHalf: boolean;
  /** Whether artefacts compute in float16, so that the range of numbers is tried by scaled inputs. */
  readonly isScaled: boolean;
}

/**
 * The source as the check runs it: its own bytes, edited where it could not run or be compared as it is, and never through
 * our own graph or writer. Each form starts when it is first asked for, and runs once.
 */
export class ReferenceRuns {
  readonly #check: Check;
  readonly #source: OpenSource;
  readonly #trials: Trials;
  readonly #outputs: readonly Wanted[];
  readonly #isReRooted: boolean;
  readonly #open: ReferenceParts['open'];
  readonly #isScaled: boolean;
  readonly #resolutions: ReadonlyMap<string, number>;
  readonly #ranges: ReadonlyMap<string, number>;
  readonly #trains: boolean;
  readonly #batchNorm: BatchNormMode | undefined;
  readonly #runs = new Map<string, Promise<StartedSource>>();
  /** Outputs that follow from a selection among computed numbers, and may jump where those are rounded. */
  readonly selected: ReadonlySet<string>;
  /** The one form that is run on scaled inputs, too, where that was asked for: it computes in float32. */
  readonly rangeForm: ReferenceForm;

  constructor({ check, source, trials, isReRooted, open, batchNorm, isHalf, isScaled }: ReferenceParts) {
    const { graph } = source.model;
    this.#check = check;
    this.#source = source;
    this.#trials = trials;
    this.#outputs = graph.outputs.flatMap(wanted);
    this.#isReRooted = isReRooted;
    this.#open = open;
    this.#batchNorm = batchNorm;
    this.selected = selectionsOf(graph).outputs;
    this.#isScaled = isScaled;
    this.rangeForm = { widened: isHalf };
    this.#resolutions = resolutions(graph);
    this.#ranges = boundedOutputs(graph);
    this.#trains = [...allNodes(graph)].some(
      (node) =>
        (node.is('BatchNormalization') && batchNormalization.parameters(node).trainingMode) ||
        (node.is('Dropout') && dropout.parameters(node).trainingMode === true),
    );
  }

  start(form: ReferenceForm): Promise<StartedSource> {
    const also = form.also?.map(({ name }) => name).sort() ?? [];
    const key = JSON.stringify([form.widened === true, also]);
    let run = this.#runs.get(key);
    if (!run) {
      run = this.#start(form);
      // Whoever needs it hears of it.
      run.catch(() => {});
      this.#runs.set(key, run);
    }
    return run;
  }

  /** The source as it is on other trials. */
  async on(trials: Trials): Promise<StartedSource> {
    return this.#check.source({ ...(await this.start({})), trials, isScaled: false });
  }

  async #start({ widened = false, also = [] }: ReferenceForm): Promise<StartedSource> {
    const outputs = this.#outputs;
    const own = new Set(outputs.map(({ name }) => name));
    const alsoOutputs = also.filter(({ name }) => !own.has(name));
    const { path, bytes, sha256, identity, external, locations, readAgain } = this.#source;
    let model = bytes;
    const isNewer = this.#source.model.provenance.irVersion > LAST_IR_VERSION;
    if (widened || alsoOutputs.length > 0 || this.#isReRooted || this.#open.size > 0 || this.#trains || isNewer) {
      const { editReference } = await loadReference();
      model = editReference(bytes, {
        lastIrVersion: isNewer ? LAST_IR_VERSION : undefined,
        inferenceMode: this.#trains,
        batchNorm: this.#batchNorm,
        open: this.#open,
        outputs: this.#isReRooted ? outputs : undefined,
        alsoOutputs,
        widen: widened,
        externalData: external.read,
      });
    }
    const trials = widened ? mapTrials(this.#trials, widen) : this.#trials;
    return this.#check.source({
      model,
      file: model === bytes && identity !== undefined && sha256 !== undefined ? { path, sha256 } : undefined,
      files: new Map(Array.from(locations, (location) => [location, external.readWhole(location)])),
      outputs: [...outputs, ...alsoOutputs].map(({ name }) => name),
      trials,
      isScaled: this.#isScaled && widened === this.rangeForm.widened && also.length === 0,
      resolutions: this.#resolutions,
      ranges: this.#ranges,
      // Passes replace constants, so this looks at the file again.
      suspect: () => findSuspect(readAgain().graph),
    });
  }
}

/** @throws EngineError where it cannot be compared */
export function wanted({ name, dtype, otherType, graph }: Value): Wanted[] {
  const type = dtype ?? graph.model.declaredOutputs.get(name)?.dtype;
  if (type !== undefined && !otherType) return [{ name, dtype: type }];
  throw new EngineError({
    what: 'an output is no tensor, or its type is not known, so it cannot be compared',
    where: { value: name },
    todo: 'use --no-check',
  });
}

/** The same numbers for a source whose float16 inputs have become float32. */
function widen(trial: Trial): Trial {
  const wide = (tensor: Tensor) =>
    tensor.dtype === 'float16' ? Tensor.from('float32', tensor.shape, tensor.toFloat64()) : tensor;
  return { ...trial, feeds: new Map(Array.from(trial.feeds, ([name, tensor]) => [name, wide(tensor)])) };
}
