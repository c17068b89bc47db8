import { countBytes, type Tensor } from '../model/index.js';
import { type EngineKind, type EngineLimits, EngineProcess } from './engine-process.js';
import { EngineFailure } from './failure.js';
import { lighterSession } from './lighter-session.js';
import type { Answer, EngineInfo, KnownFile, LoadRequest, PortInfo, Threads, TimingPlan } from './protocol.js';
import { type InputSizes, sizedSession } from './sized-session.js';
import { fromWire, toWire } from './wire.js';

/** A file as pieces that follow one another. */
export type Chunks = Uint8Array | readonly Uint8Array[];

/** A model as bytes: what was validated. */
export interface Payload {
  /** The `.onnx`, or the `model.json`. */
  readonly model: Chunks;
  /** External data by location, or shards by path. */
  readonly files?: ReadonlyMap<string, Chunks>;
  /** Where the same bytes lie. An engine that finds them there reads them itself, and this process need not wait to send. */
  readonly file?: Pick<KnownFile, 'path' | 'sha256'> | undefined;
  /** Whether the engine may rewrite the graph: off for a source, or both sides would be folded alike. Ignored by TF.js. */
  readonly optimize: boolean;
  /** How many threads one node may be computed in; 1 where nothing is said. ONNX Runtime's native build alone has more. */
  readonly threads?: Threads | undefined;
  /** Where the engine may write down what each node takes; see `Session.profile`. */
  readonly profile?: string | undefined;
  /** The same model at other sizes of its inputs, for an engine that runs it at its own alone. */
  readonly atSizes?: ((sizes: InputSizes) => Chunks) | undefined;
}

/** A model that an engine has loaded. Its process may be shared with others; one runs at a time. */
export interface Session {
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
  /** What a reader should know of the runs so far, a sentence each. */
  readonly remarks: ReadonlySet<string>;
  /**
   * @param feeds a tensor for each input
   * @param outputs names of the results to give back
   * @throws EngineFailure
   */
  run(feeds: ReadonlyMap<string, Tensor>, outputs: readonly string[]): Promise<Map<string, Tensor>>;
  /**
   * Runs on the same inputs again and again, with the clock beside the engine.
   * @returns what each run took that counts, in milliseconds, in their order
   * @throws EngineFailure
   */
  time(feeds: ReadonlyMap<string, Tensor>, outputs: readonly string[], plan: TimingPlan): Promise<readonly number[]>;
  /**
   * Ends what is written down of the runs of a session that was loaded for it, and gives it as the engine wrote it.
   * @throws EngineFailure where this engine writes nothing down
   */
  profile(): Promise<string>;
  release(): Promise<void>;
}

/** An engine that is ready for models. Its process starts with it, and again after a death, for the next model. */
export class Engine {
  readonly #kind: EngineKind;
  readonly #limits: EngineLimits;
  readonly #onRun: (() => void) | undefined;
  #process: EngineProcess;
  #sessions = 0;
  #isClosed = false;

  constructor(kind: EngineKind, limits: EngineLimits, onRun?: () => void) {
    this.#kind = kind;
    this.#limits = limits;
    this.#onRun = onRun;
    this.#process = this.#start();
  }

  /** How messages call the engine. */
  get title(): string {
    return this.#kind.title;
  }

  /** Which package answers, and its version. @throws EngineFailure where it is missing */
  info(): Promise<EngineInfo> {
    return this.#process.ready;
  }

  /** @throws EngineFailure */
  async load(payload: Payload): Promise<Session> {
    const { atSizes, ...rest } = payload;
    const session = await this.#load(rest);
    if (atSizes)
      return sizedSession(session, (sizes) => this.#load({ ...rest, model: atSizes(sizes), file: undefined }));
    if (!(payload.optimize && this.#kind.optimizes)) return session;
    return lighterSession(session, () => this.#load({ ...rest, optimize: 'extended' }), this.title);
  }

  async #load(payload: Omit<Payload, 'optimize'> & Pick<LoadRequest, 'optimize'>): Promise<Session> {
    if (!this.#process.isAlive && !this.#isClosed) this.#process = this.#start();
    const process = this.#process;
    const session = this.#sessions++;
    let answer = await load(process, session, payload);
    if ('changed' in answer) answer = await load(process, session, { ...payload, file: undefined });
    if (!('loaded' in answer)) throw new Error('an engine answers something else than it was asked');
    return {
      ...answer.loaded,
      remarks: new Set(),
      run: async (feeds, outputs) => {
        const results = await run(process, session, feeds, outputs);
        this.#onRun?.();
        return results;
      },
      time: (feeds, outputs, plan) => time(process, session, feeds, outputs, plan),
      profile: () => profile(process, session),
      async release() {
        if (process.isAlive) await process.request({ ask: 'release', session }, []);
      },
    };
  }

  /** Ends its process, and what runs in it: that fails, and so does what is asked afterwards. */
  close(): void {
    this.#isClosed = true;
    this.#process.close();
  }

  #start(): EngineProcess {
    return new EngineProcess(this.#kind, this.#limits);
  }
}

async function load(
  process: EngineProcess,
  session: number,
  payload: Omit<Payload, 'optimize'> & Pick<LoadRequest, 'optimize'>,
): Promise<Answer> {
  const { model, files = new Map<string, Chunks>(), optimize, threads = 1, profile, file } = payload;
  const sent = file ? [] : chunksOf(model);
  const from = file && { ...file, bytes: countBytes(chunksOf(model)) };
  const request: LoadRequest = {
    ...{ ask: 'load', session, files: [...files.keys()], optimize, threads },
    ...(profile === undefined ? {} : { profile }),
    ...(from ? { from } : {}),
  };
  return (await process.request(request, [sent, ...Array.from(files.values(), chunksOf)])).answer;
}

function chunksOf(chunks: Chunks): readonly Uint8Array[] {
  return chunks instanceof Uint8Array ? [chunks] : chunks;
}

async function run(
  process: EngineProcess,
  session: number,
  feeds: ReadonlyMap<string, Tensor>,
  outputs: readonly string[],
): Promise<Map<string, Tensor>> {
  const sent = [...feeds].map(([name, tensor]) => toWire(name, tensor));
  const { answer, attachments } = await process.request(
    { ask: 'run', session, feeds: sent.map(({ header }) => header), outputs },
    sent.map(({ bytes }) => [bytes]),
  );
  if (!('outputs' in answer)) throw new EngineFailure('died', `${process.title} gives no outputs`);
  return new Map(
    answer.outputs.map((header, i) => [header.name, fromWire(header, attachments[i] ?? new Uint8Array())]),
  );
}

async function time(
  process: EngineProcess,
  session: number,
  feeds: ReadonlyMap<string, Tensor>,
  outputs: readonly string[],
  plan: TimingPlan,
): Promise<readonly number[]> {
  const sent = [...feeds].map(([name, tensor]) => toWire(name, tensor));
  const { answer } = await process.request(
    { ask: 'time', session, feeds: sent.map(({ header }) => header), outputs, plan },
    sent.map(({ bytes }) => [bytes]),
  );
  if (!('times' in answer)) throw new EngineFailure('died', `${process.title} gives no times`);
  return answer.times;
}

async function profile(process: EngineProcess, session: number): Promise<string> {
  const { answer, attachments } = await process.request({ ask: 'profile', session }, []);
  if (!('profiled' in answer)) throw new EngineFailure('died', `${process.title} gives no profile`);
  return new TextDecoder().decode(attachments[0]);
}
