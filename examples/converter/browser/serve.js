/** An engine in a worker of its own: messages where the program has a pipe. */
import { answering, messageOf } from '../../../src/engines/child/answering.js';

/** @param {() => Promise<import('../../../src/engines/child/answering.js').Serving>} start */
export async function serve(start) {
  try {
    const engine = await start();
    const answerTo = answering(engine, () => undefined);
    let turn = Promise.resolve();
    self.onmessage = ({ data: { request, attachments } }) => {
      turn = turn.then(async () => {
        try {
          self.postMessage(await answerTo(request, attachments));
        } catch (error) {
          self.postMessage({ answer: { refused: messageOf(error) }, attachments: [] });
          // An engine in WebAssembly that has trapped is in no defined state.
          if (error instanceof Error && error.name === 'RuntimeError') reportError(error);
        }
      });
    };
    self.postMessage({ answer: { ready: engine.info }, attachments: [] });
  } catch (error) {
    self.postMessage({ answer: { missing: messageOf(error) }, attachments: [] });
  }
}
