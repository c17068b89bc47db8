import {
  type Check,
  findSuspect,
  mapTrials,
  resolutions,
  type StartedSource,
  selectedOutputs,
  type Trial,
  type Trials,
} from '../check/index.js';
import { LAST_IR_VERSION, loadReference } from '../formats/index.js';
import { type DataType, EngineError, type Graph, Tensor, type Value } from '../model/index.js';
import { batchNormalization, dropout } from '../operators/index.js';
import { allNodes } from '../source/counts.js';
import type { OpenSource } from '../source/open-source.js';

/** A value that the source is asked for. */
interface Wanted {
  readonly name: string;
  readonly dtype: DataType;
}

/** How the source has to be changed before it runs. */
export interface ReferenceForm {
  /** float16 becomes float32, exactly. */
  readonly widened?: boolean;
  /** What selections read is given back too. */
  readonly withSelected?: boolean;
}

export interface ReferenceParts {
  readonly check: Check;
  /** Its graph must have types, and not have met a pass yet. */
  readonly source: OpenSource;
  readonly trials: Trials;
  readonly isReRooted: boolean;
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
  readonly #isScaled: boolean;
  readonly #resolutions: ReadonlyMap<string, number>;
  readonly #trains: boolean;
  readonly #selections: ReadonlyMap<string, readonly string[]>;
  readonly #read: readonly Wanted[];
  readonly #runs = new Map<string, Promise<StartedSource>>();
  /** The one form that is run on scaled inputs, too, where that was asked for: it computes in float32. */
  readonly rangeForm: Required<ReferenceForm>;

  constructor({ check, source, trials, isReRooted, isHalf, isScaled }: ReferenceParts) {
    const { graph } = source.model;
    this.#check = check;
    this.#source = source;
    this.#trials = trials;
    this.#outputs = graph.outputs.flatMap(wanted);
    this.#isReRooted = isReRooted;
    this.#selections = selectedOutputs(graph);
    this.#isScaled = isScaled;
    this.rangeForm = { widened: isHalf, withSelected: this.selected.size > 0 };
    this.#resolutions = resolutions(graph);
    this.#trains = [...allNodes(graph)].some(
      (node) =>
        (node.is('BatchNormalization') && batchNormalization.parameters(node).trainingMode) ||
        (node.is('Dropout') && dropout.parameters(node).trainingMode === true),
    );
    const names = new Set([...this.#selections.values()].flat());
    this.#read = [...valuesOf(graph)].filter(({ name }) => names.has(name)).flatMap(wanted);
  }

  /** Outputs that follow from a selection among computed numbers, and may jump where those are rounded. */
  get selected(): ReadonlySet<string> {
    return new Set(this.#selections.keys());
  }

  /** The outputs, and after them what the selections read. */
  get outputsAndRead(): string[] {
    return [...new Set([...this.#outputs, ...this.#read].map(({ name }) => name))];
  }

  start(form: ReferenceForm): Promise<StartedSource> {
    const key = `${form.widened === true} ${form.withSelected === true}`;
    let run = this.#runs.get(key);
    if (!run) {
      run = this.#start(form);
      // Whoever needs it hears of it.
      run.catch(() => {});
      this.#runs.set(key, run);
    }
    return run;
  }

  async #start({ widened = false, withSelected = false }: ReferenceForm): Promise<StartedSource> {
    const { path, bytes, sha256, external, locations, readAgain } = this.#source;
    let model = bytes;
    const isNewer = this.#source.model.provenance.irVersion > LAST_IR_VERSION;
    if (widened || withSelected || this.#isReRooted || this.#trains || isNewer) {
      const { editReference } = await loadReference();
      model = editReference(bytes, {
        lastIrVersion: isNewer ? LAST_IR_VERSION : undefined,
        inferenceMode: this.#trains,
        outputs: this.#isReRooted ? this.#outputs : undefined,
        alsoOutputs: withSelected ? this.#read : undefined,
        widen: widened,
        externalData: external.read,
      });
    }
    return this.#check.source({
      model,
      file: model === bytes ? { path, sha256 } : undefined,
      files: new Map(Array.from(locations, (location) => [location, external.readWhole(location)])),
      outputs: withSelected ? this.outputsAndRead : this.#outputs.map(({ name }) => name),
      trials: widened ? mapTrials(this.#trials, widen) : this.#trials,
      isScaled: this.#isScaled && widened === this.rangeForm.widened && withSelected === this.rangeForm.withSelected,
      resolutions: this.#resolutions,
      // Passes replace constants, so this looks at the file again.
      suspect: () => findSuspect(readAgain().graph),
    });
  }
}

function* valuesOf(graph: Graph): Generator<Value> {
  for (const node of graph.sorted()) for (const value of node.outputs) if (value) yield value;
}

function wanted({ name, dtype, otherType, graph }: Value): Wanted[] {
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
