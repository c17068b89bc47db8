import { EngineFailure } from '../../../src/engines/failure.js';
import type { Answer, EngineInfo, Request } from '../../../src/engines/protocol.js';

/** What one request may cost; what memory a worker takes, a page cannot see. */
export interface EngineLimits {
  readonly timeoutSeconds: number;
  readonly memoryLimit: number;
}

/** What starts the worker of an engine. */
export interface EngineKind {
  readonly title: string;
  readonly script: URL;
  readonly args: readonly string[];
}

/** What an engine answered, and the bytes that came with it. */
export interface Reply {
  readonly answer: Answer;
  readonly attachments: readonly Uint8Array[];
}

/** Where the program runs an engine in a process of its own, a page does in a worker of its own: it can be ended at any time. */
export class EngineProcess {
  readonly title: string;
  readonly ready: Promise<EngineInfo>;
  readonly #worker: Worker;
  readonly #seconds: number;
  #ended: EngineFailure | undefined;
  #reject: ((failure: EngineFailure) => void) | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor({ title, script }: EngineKind, { timeoutSeconds }: EngineLimits) {
    this.title = title;
    this.#seconds = timeoutSeconds;
    this.#worker = new Worker(script, { type: 'module' });
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#end(new EngineFailure('died', `${title} died: ${event.message ?? 'its script does not load'}`));
    });
    this.ready = this.#answer(() => {}).then(({ answer }) => {
      if ('ready' in answer) return answer.ready;
      throw new EngineFailure('missing', `${title} does not start: ${'missing' in answer ? answer.missing : ''}`);
    });
    this.ready.catch(() => {});
    this.#queue = this.ready.catch(() => {});
  }

  get isAlive(): boolean {
    return this.#ended === undefined;
  }

  /** @throws EngineFailure */
  async request(request: Request, attachments: readonly (readonly Uint8Array[])[]): Promise<Reply> {
    const turn = this.#queue.then(() =>
      this.#answer(() => this.#worker.postMessage({ request, attachments: attachments.map(joined) })),
    );
    this.#queue = turn.catch(() => {});
    const reply = await turn;
    if ('refused' in reply.answer) throw new EngineFailure('refused', reply.answer.refused);
    return reply;
  }

  close(): void {
    this.#end(new EngineFailure('died', `${this.title} was closed`));
  }

  #answer(ask: () => void): Promise<Reply> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise<Reply>((resolve, reject) => {
      const late = setTimeout(
        () => this.#end(new EngineFailure('timeout', `${this.title} did not finish in ${this.#seconds} s`)),
        this.#seconds * 1000,
      );
      const settle = () => {
        clearTimeout(late);
        this.#worker.onmessage = null;
        this.#reject = undefined;
      };
      this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => {
        settle();
        resolve(data);
      };
      this.#reject = (failure) => {
        settle();
        reject(failure);
      };
      ask();
    });
  }

  #end(failure: EngineFailure): void {
    this.#ended ??= failure;
    this.#worker.terminate();
    this.#reject?.(this.#ended);
  }
}

/** One array: what is posted is copied whole, with all the memory that a view looks at. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
