// @ts-check
/** What an engine answers to a request, however both of them travel. */
import { timeRuns } from './time-runs.js';

/** @import { Answer, EngineInfo, LoadRequest, KnownFile, RunRequest, SessionInfo, Request, TensorHeader, TimeRequest } from '../protocol.js' */
/** @import { Repeatable } from './time-runs.js' */
/** @typedef {readonly Uint8Array<ArrayBuffer>[]} Attachments */
/** @typedef {{ header: TensorHeader, bytes: Uint8Array }} NamedTensor */
/**
 * @typedef {object} Opened a model that is ready to run
 * @property {SessionInfo} info
 * @property {(request: RunRequest, attachments: Attachments) => Promise<NamedTensor[]>} run
 * @property {(request: TimeRequest, attachments: Attachments) => Repeatable} repeat runs on the same feeds again and again
 * @property {() => string} [profile] ends what is written down of the runs, and gives it; absent: this engine writes nothing down
 * @property {() => Promise<void>} release
 */
/**
 * @typedef {object} Serving
 * @property {EngineInfo} info
 * @property {(request: LoadRequest, attachments: Attachments) => Promise<Opened>} load
 */
/** @typedef {{ answer: Answer, attachments: readonly Uint8Array[] }} Reply */

/**
 * @param {Serving} engine
 * @param {(file: KnownFile) => Uint8Array<ArrayBuffer> | undefined} readKnown the bytes that the parent has read, where they are still there
 * @returns {(request: Request, attachments: Attachments) => Promise<Reply>} answers one request after the other; throws what
 * the engine throws
 */
export function answering(engine, readKnown) {
  /** @type {Map<number, Opened>} */
  const sessions = new Map();
  return async (request, attachments) => {
    if (request.ask === 'load') {
      const [sent = new Uint8Array(), ...files] = attachments;
      const model = request.from ? readKnown(request.from) : sent;
      if (!model) return { answer: { changed: true }, attachments: [] };
      const opened = await engine.load(request, [model, ...files]);
      sessions.set(request.session, opened);
      return { answer: { loaded: opened.info }, attachments: [] };
    }
    const session = sessions.get(request.session);
    if (!session) throw new Error(`no session ${request.session}`);
    if (request.ask === 'release') {
      sessions.delete(request.session);
      await session.release();
      return { answer: { released: true }, attachments: [] };
    }
    if (request.ask === 'time') {
      const times = await timeRuns(session.repeat(request, attachments), request.plan);
      return { answer: { times }, attachments: [] };
    }
    if (request.ask === 'profile') {
      if (!session.profile) throw new Error('this engine keeps no profile');
      return { answer: { profiled: true }, attachments: [new TextEncoder().encode(session.profile())] };
    }
    const outputs = await session.run(request, attachments);
    return {
      answer: { outputs: outputs.map((output) => output.header) },
      attachments: outputs.map((output) => output.bytes),
    };
  };
}

/** @param {unknown} error */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
