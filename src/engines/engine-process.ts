import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { workingFolder } from '../files/index.js';
import { frameOf, takeFrames } from './child/frames.js';
import { EngineFailure } from './failure.js';
import { residentBytes } from './memory.js';
import { engineMessage } from './message.js';
import type { Answer, EngineInfo, Request } from './protocol.js';

/** What starts the process of an engine. */
export interface EngineKind {
  /** How messages call the engine. */
  readonly title: string;
  readonly script: URL;
  readonly args: readonly string[];
  /** Whether it rewrites graphs, and can be asked to do less of it. */
  readonly optimizes?: boolean | undefined;
  /** How it is ended, where it has something to tidy up; at once where nothing is said. */
  readonly signal?: 'SIGTERM' | undefined;
}

/** What one request may cost. */
export interface EngineLimits {
  readonly timeoutSeconds: number;
  /** Resident bytes of the engine's process. */
  readonly memoryLimit: number;
}

/** What an engine answered, and the bytes that came with it. */
export interface Reply {
  readonly answer: Answer;
  readonly attachments: readonly Uint8Array[];
}

interface Pending {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (failure: EngineFailure) => void;
}

/** A process that was started: the pipe whose end it watches, and the one that requests and answers go through. */
interface Running {
  readonly child: ChildProcess;
  readonly watch: Socket;
  readonly channel: Socket;
}

const POLL_MILLISECONDS = 100;

/**
 * An engine in a process that may die alone. It starts at once; requests are answered one after the other, each under
 * the clock and the memory limit. While none is open it does not keep this process alive, and it ends with it.
 */
export class EngineProcess {
  readonly title: string;
  readonly ready: Promise<EngineInfo>;
  readonly #signal: NodeJS.Signals;
  readonly #limits: EngineLimits;
  /** Undefined where the system starts no more processes. */
  readonly #running: Running | undefined;
  #pending: Pending | undefined;
  #ended: EngineFailure | undefined;
  #killedFor: EngineFailure | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  /** Answers that came before anybody waited for them. */
  readonly #early: Reply[] = [];

  constructor({ title, script, args, signal }: EngineKind, limits: EngineLimits) {
    this.title = title;
    this.#signal = signal ?? 'SIGKILL';
    this.#limits = limits;
    const failed = (error: unknown) =>
      this.#end(new EngineFailure('missing', `${title}: ${engineMessage(messageOf(error))}`));
    try {
      this.#running = start(script, args, failed);
    } catch (error) {
      failed(error);
    }
    this.#running?.child.on('close', (code, signal) => this.#end(this.#killedFor ?? died(title, code, signal)));
    this.#listen();
    this.ready = this.#answer().then(({ answer }) => {
      if ('ready' in answer) return answer.ready;
      const reason = 'missing' in answer ? engineMessage(answer.missing) : 'no greeting came';
      throw new EngineFailure('missing', `${title} is not installed or does not start: ${reason}`);
    });
    // Whoever asks for something hears of it; a start that nobody came to need is no error.
    this.ready.catch(() => {});
  }

  get isAlive(): boolean {
    return this.#ended === undefined && this.#killedFor === undefined;
  }

  /** @throws EngineFailure */
  async request(request: Request, attachments: readonly (readonly Uint8Array[])[]): Promise<Reply> {
    // Sent at once, so that the engine finds it when it is ready, whatever keeps this process from hearing of that.
    if (this.isAlive) this.#send(frameOf(request, attachments));
    const turn = this.#queue.then(async () => {
      await this.ready;
      return this.#answer();
    });
    this.#queue = turn.catch(() => {});
    const reply = await turn;
    if ('refused' in reply.answer) throw new EngineFailure('refused', engineMessage(reply.answer.refused));
    return reply;
  }

  close(): void {
    this.#kill(new EngineFailure('died', `${this.title} was closed`));
  }

  /** Waits for the next frame: the greeting, then the answers to all requests in their order. */
  #answer(): Promise<Reply> {
    const { timeoutSeconds } = this.#limits;
    return new Promise<Reply>((resolve, reject) => {
      const early = this.#early.shift();
      if (early) return resolve(early);
      if (this.#ended) return reject(this.#ended);
      this.#keepAlive(true);
      const late = setTimeout(
        () => this.#kill(new EngineFailure('timeout', `${this.title} did not finish in ${timeoutSeconds} s`)),
        // Beyond 2^31-1 ms Node would fire at once.
        Math.min(timeoutSeconds * 1000, 2 ** 31 - 1),
      );
      const poll = setInterval(() => this.#watchMemory(), POLL_MILLISECONDS);
      const settle = () => {
        clearTimeout(late);
        clearInterval(poll);
        this.#pending = undefined;
        this.#keepAlive(false);
      };
      this.#pending = {
        resolve: (reply) => {
          settle();
          resolve(reply);
        },
        reject: (failure) => {
          settle();
          reject(failure);
        },
      };
    });
  }

  #send(pieces: readonly Uint8Array[]): void {
    const channel = this.#running?.channel;
    channel?.cork();
    for (const piece of pieces) channel?.write(piece);
    channel?.uncork();
  }

  #listen(): void {
    const take = takeFrames(({ header, attachments }) => {
      // Both ends ship in this package; the header is what `child/serve.js` writes.
      const reply = { answer: header as Answer, attachments };
      if (this.#pending) this.#pending.resolve(reply);
      else this.#early.push(reply);
    });
    this.#running?.channel.on('data', take);
  }

  async #watchMemory(): Promise<void> {
    const pid = this.#running?.child.pid;
    const { memoryLimit } = this.#limits;
    const bytes = pid === undefined ? undefined : await residentBytes(pid);
    if (bytes === undefined || bytes <= memoryLimit) return;
    const limit = `${(memoryLimit / 2 ** 30).toFixed(1)} GiB`;
    this.#kill(new EngineFailure('memory', `${this.title} needs more than the memory limit of ${limit}`));
  }

  #kill(reason: EngineFailure): void {
    if (!this.isAlive) return;
    this.#killedFor = reason;
    this.#running?.child.kill(this.#signal);
  }

  #end(failure: EngineFailure): void {
    this.#ended ??= failure;
    this.#pending?.reject(this.#ended);
  }

  #keepAlive(wanted: boolean): void {
    if (!this.#running) return;
    const { child, watch, channel } = this.#running;
    for (const handle of [child, watch, channel]) {
      if (wanted) handle.ref();
      else handle.unref();
    }
  }
}

/**
 * Starts the process.
 * @param failed hears of what comes too late to be thrown
 * @throws a system's error
 */
function start(script: URL, args: readonly string[], failed: (error: unknown) => void): Running {
  // What is in NODE_OPTIONS (an inspector's port, say) is meant for our process, and may be there only once. Certificates
  // would be read at the start, which takes longer than the start itself; an engine speaks to nobody but us.
  const { NODE_OPTIONS: _, NODE_EXTRA_CA_CERTS: __, ...env } = process.env;
  const file = fileURLToPath(script);
  const child = spawn(process.execPath, [file, ...args], {
    // Node does not start in a folder that was removed.
    cwd: workingFolder() ?? path.dirname(file),
    env,
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    windowsHide: true,
  });
  child.on('error', failed);
  // Where the system opens no more files Node makes no pipes, whatever its declarations say.
  const [watch, , , channel] = child.stdio ?? [];
  if (!(watch instanceof Socket && channel instanceof Socket)) {
    throw new Error('the system starts no more processes or opens no more files');
  }
  // A pipe that breaks is seen as the end of the process, which says more.
  for (const socket of [watch, channel]) socket.on('error', () => {});
  return { child, watch, channel };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function died(title: string, code: number | null, signal: NodeJS.Signals | null): EngineFailure {
  const how = signal === null ? `ended with code ${code}` : `died of signal ${constants.signals[signal]} (${signal})`;
  return new EngineFailure('died', `${title} ${how}`);
}
