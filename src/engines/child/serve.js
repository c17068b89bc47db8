// @ts-check
/** The loop of an engine's process: a request comes, the answer goes, until the parent closes the pipe. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { answering, messageOf } from './answering.js';
import { readKnown } from './known-file.js';
import { readFrame, writeFrame } from './pipe-frames.js';

/** @import { Answer, Request } from '../protocol.js' */
/** @import { Serving } from './answering.js' */

const WATCH = 0;
const CHANNEL = 3;

/**
 * @param {(settled: Promise<unknown>) => Promise<Serving>} start loads the engine; what it throws tells the parent that the
 * engine is missing. It is given a promise of when this process loads no more modules of Node beside it.
 */
export async function serve(start) {
  const watcher = new Worker(new URL('./watcher.js', import.meta.url), { workerData: WATCH, execArgv: [] });
  const settled = once(watcher, 'message')
    .catch(() => {})
    .then(() => watcher.unref());
  /** @type {Serving} */
  let engine;
  try {
    engine = await start(settled);
  } catch (error) {
    send({ missing: messageOf(error) });
    process.exit(1);
  }
  send({ ready: engine.info });
  const answerTo = answering(engine, readKnown);
  for (let frame = readFrame(CHANNEL); frame; frame = readFrame(CHANNEL)) {
    try {
      const { answer, attachments } = await answerTo(/** @type {Request} */ (frame.header), frame.attachments);
      send(answer, attachments);
    } catch (error) {
      send({ refused: messageOf(error) });
      // An engine in WebAssembly that has trapped is in no defined state.
      if (error instanceof Error && error.name === 'RuntimeError') process.exit(1);
    }
  }
  process.exit(0);
}

/**
 * @param {Answer} header
 * @param {readonly Uint8Array[]} [attachments]
 */
function send(header, attachments) {
  writeFrame(CHANNEL, header, attachments);
}
