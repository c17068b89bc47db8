import { EngineFailure, type Session } from '../../engines/index.js';
import type { ArtefactPort, ArtefactValue, FedInput } from '../../formats/format.js';
import { DATA_TYPES, type DataType, type Tensor } from '../../model/index.js';
import type { Trial } from '../../trials/index.js';
import { runCandidate } from '../candidate.js';
import type { Outputs } from '../source-run.js';
import type { Network } from './network.js';

/** A value that a piece is fed, as the network that it is cut out of has it. */
export interface Fed extends ArtefactValue {
  readonly dtype: DataType;
  readonly rank: number;
}

/** A piece of a network, loaded. It is fed and gives back values under the reference's names, in the reference's axes. */
export class LoadedPiece {
  readonly #network: Network;
  readonly #session: Session;
  readonly #inputs: readonly ArtefactPort[];
  readonly #outputs: readonly ArtefactPort[];

  private constructor(network: Network, session: Session, inputs: ArtefactPort[], outputs: ArtefactPort[]) {
    this.#network = network;
    this.#session = session;
    this.#inputs = inputs;
    this.#outputs = outputs;
  }

  /** @throws EngineFailure */
  static async load(network: Network, fed: readonly Fed[], outputs: readonly ArtefactValue[]): Promise<LoadedPiece> {
    const taken = new Set([...network.values, ...network.inputs].map(({ name }) => name));
    const inputs = fed.map((value, index) => ({ ...value, as: freeName(`fed_${index}`, taken) }));
    const session = await network.load({
      fed: inputs.map(toInput),
      outputs: outputs.map(({ name }) => name),
    });
    const names = new Set(fed.map(({ name }) => name));
    const reads = new Set(
      network.wiring.leadingTo(
        outputs.map(({ name }) => name),
        names,
      ).reads,
    );
    const types = new Map(session.inputs.map(({ name, dtype }) => [name, DATA_TYPES.find((each) => each === dtype)]));
    const ports = inputs.map(({ as, sourceName, permutation, dtype }) => ({
      name: as,
      sourceName,
      permutation,
      dtype: types.get(as) ?? dtype,
      shape: undefined,
    }));
    return new LoadedPiece(
      network,
      session,
      [...network.inputs.filter(({ name }) => reads.has(name)), ...ports],
      outputs.map((value) => ({ ...value, dtype: undefined, shape: undefined })),
    );
  }

  /**
   * @param given values of the reference
   * @throws EngineFailure
   */
  run(trial: Trial, given: ReadonlyMap<string, Tensor> = new Map()): Promise<Outputs> {
    const { trainedOn, feeds } = this.#network;
    const ports = { inputs: this.#inputs, outputs: this.#outputs, trainedOn };
    return runCandidate(this.#session, ports, { ...trial, artefactFeeds: new Map([...feeds(trial), ...given]) });
  }

  /** The same; undefined where the engine refuses these inputs. @throws EngineFailure for other reasons */
  async runIfTaken(...asked: Parameters<LoadedPiece['run']>): Promise<Outputs | undefined> {
    try {
      return await this.run(...asked);
    } catch (error) {
      if (error instanceof EngineFailure && error.kind === 'refused') return undefined;
      throw error;
    }
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

function toInput({ name, as, dtype, rank }: Fed & { readonly as: string }): FedInput {
  return { name, as, dtype, shape: new Array<undefined>(rank).fill(undefined) };
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  return taken.has(wanted) ? freeName(`${wanted}_`, taken) : wanted;
}
