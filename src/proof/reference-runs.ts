import {
  boundedOutputs,
  type Check,
  findSuspect,
  resolutions,
  type Selections,
  type StartedSource,
  selectionsOf,
} from '../check/index.js';
import { LAST_IR_VERSION, loadReference } from '../formats/index.js';
import { allNodes, type DataType, EngineError, Tensor, type Value } from '../model/index.js';
import type { BatchNormMode } from '../operators/batch-norm-mode.js';
import { batchNormalization, dropout } from '../operators/index.js';
import type { OpenSource } from '../source/open-source.js';
import { mapTrials, type Trial, type Trials } from '../trials/index.js';
import { feedSelections } from './fed-selections.js';

/** A value that the source is asked for. */
interface Wanted {
  readonly name: string;
  readonly dtype: DataType;
}

/** A value as its file has it: passes give values other names. */
export type AsRead = Pick<Value, 'name' | 'dtype' | 'otherType' | 'graph' | 'producer'>;

/** How the source has to be changed before it runs. */
export interface ReferenceForm {
  /** float16 becomes float32, exactly. */
  readonly widened?: boolean;
  /**
   * `given`: what selections result in is given back too. `fed`: that comes in as inputs, and what is compared is what
   * lies behind the selections, and what they read.
   */
  readonly selections?: 'given' | 'fed';
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
  readonly #selections: Selections<AsRead>;
  readonly #runs = new Map<string, Promise<StartedSource>>();
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
    const { outputs, read, results } = selectionsOf(graph);
    this.#selections = { outputs, read: read.map(asRead), results: results.map(asRead) };
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

  /** Outputs that follow from a selection among computed numbers, and may jump where those are rounded. */
  get selected(): ReadonlySet<string> {
    return this.#selections.outputs;
  }

  start(form: ReferenceForm): Promise<StartedSource> {
    const key = `${form.widened === true} ${form.selections}`;
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

  async #start({ widened = false, selections }: ReferenceForm): Promise<StartedSource> {
    const fed = selections === 'fed' ? await this.#feeds(widened) : undefined;
    const { read, results } = this.#selections;
    const outputs = fed ? this.#behind(read) : this.#outputs;
    const alsoOutputs = selections === 'given' ? results.flatMap(wanted) : [];
    const { path, bytes, sha256, identity, external, locations, readAgain } = this.#source;
    let model = bytes;
    const isNewer = this.#source.model.provenance.irVersion > LAST_IR_VERSION;
    if (widened || selections || this.#isReRooted || this.#open.size > 0 || this.#trains || isNewer) {
      const { editReference } = await loadReference();
      model = editReference(bytes, {
        lastIrVersion: isNewer ? LAST_IR_VERSION : undefined,
        inferenceMode: this.#trains,
        batchNorm: this.#batchNorm,
        open: this.#open,
        outputs: this.#isReRooted || fed ? outputs : undefined,
        alsoOutputs,
        fed: fed?.values,
        widen: widened,
        externalData: external.read,
      });
    }
    const trials = widened ? mapTrials(this.#trials, widen) : this.#trials;
    return this.#check.source({
      model,
      file: model === bytes && identity !== undefined && sha256 !== undefined ? { path, sha256 } : undefined,
      files: new Map(Array.from(locations, (location) => [location, external.readWhole(location)])),
      outputs: [...new Set([...outputs, ...alsoOutputs].map(({ name }) => name))],
      trials: fed?.trials ?? trials,
      isScaled: this.#isScaled && widened === this.rangeForm.widened && selections === undefined,
      resolutions: this.#resolutions,
      ranges: this.#ranges,
      // Passes replace constants, so this looks at the file again.
      suspect: () => findSuspect(readAgain().graph),
    });
  }

  /** What is compared where selections are fed in: outputs that are none themselves, and what is selected among. */
  #behind(read: readonly AsRead[]): Wanted[] {
    const results = new Set(this.#selections.results.map(({ name }) => name));
    const wantedOnes = [...this.#outputs.filter(({ name }) => !results.has(name)), ...read.flatMap(wanted)];
    return [...new Map(wantedOnes.map((value) => [value.name, value])).values()];
  }

  /** The source's own selections, as inputs of the trials that it answered. */
  async #feeds(widened: boolean) {
    const source = await this.start({ widened, selections: 'given' });
    return feedSelections(source.trials, await source.answered, this.#selections.results);
  }
}

function asRead({ name, dtype, otherType, graph, producer }: Value): AsRead {
  return { name, dtype, otherType, graph, producer };
}

function wanted({ name, dtype, otherType, graph }: AsRead): Wanted[] {
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
