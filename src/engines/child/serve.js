// @ts-check
/** The loop of an engine's process: a request comes, the answer goes, until the parent closes the pipe. */
import { Worker } from 'node:worker_threads';
import { readFrame, writeFrame } from './frames.js';
import { readKnown } from './known-file.js';

/** @import { Answer, EngineInfo, LoadRequest, RunRequest, SessionInfo, Request, TensorHeader } from '../protocol.js' */
/** @typedef {readonly Uint8Array<ArrayBuffer>[]} Attachments */
/** @typedef {{ header: TensorHeader, bytes: Uint8Array }} NamedTensor */
/**
 * @typedef {object} Opened a model that is ready to run
 * @property {SessionInfo} info
 * @property {(request: RunRequest, attachments: Attachments) => Promise<NamedTensor[]>} run
 * @property {() => Promise<void>} release
 */
/**
 * @typedef {object} Serving
 * @property {EngineInfo} info
 * @property {(request: LoadRequest, attachments: Attachments) => Promise<Opened>} load
 */

const WATCH = 0;
const CHANNEL = 3;

/** @param {() => Promise<Serving>} start loads the engine; what it throws tells the parent that the engine is missing */
export async function serve(start) {
  const watcher = new Worker(new URL('./watcher.js', import.meta.url), { workerData: WATCH, execArgv: [] });
  watcher.unref();
  /** @type {Serving} */
  let engine;
  try {
    engine = await start();
  } catch (error) {
    answer({ missing: messageOf(error) });
    process.exit(1);
  }
  answer({ ready: engine.info });
  /** @type {Map<number, Opened>} */
  const sessions = new Map();
  for (let frame = readFrame(CHANNEL); frame; frame = readFrame(CHANNEL)) {
    const request = /** @type {Request} */ (frame.header);
    try {
      await reply(engine, sessions, request, frame.attachments);
    } catch (error) {
      answer({ refused: messageOf(error) });
      // An engine in WebAssembly that has trapped is in no defined state.
      if (error instanceof Error && error.name === 'RuntimeError') process.exit(1);
    }
  }
  process.exit(0);
}

/**
 * @param {Serving} engine
 * @param {Map<number, Opened>} sessions
 * @param {Request} request
 * @param {Attachments} attachments
 */
async function reply(engine, sessions, request, attachments) {
  if (request.ask === 'load') {
    const [sent = new Uint8Array(), ...files] = attachments;
    const model = request.from ? readKnown(request.from) : sent;
    if (!model) return answer({ changed: true });
    const opened = await engine.load(request, [model, ...files]);
    sessions.set(request.session, opened);
    return answer({ loaded: opened.info });
  }
  const session = sessions.get(request.session);
  if (!session) throw new Error(`no session ${request.session}`);
  if (request.ask === 'release') {
    sessions.delete(request.session);
    await session.release();
    return answer({ released: true });
  }
  const outputs = await session.run(request, attachments);
  answer(
    { outputs: outputs.map((output) => output.header) },
    outputs.map((output) => output.bytes),
  );
}

/**
 * @param {Answer} header
 * @param {readonly Uint8Array[]} [attachments]
 */
function answer(header, attachments) {
  writeFrame(CHANNEL, header, attachments);
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
