// @ts-check
/** The DevTools protocol over a pair of pipes: messages in JSON, each ended by a byte of 0. */

/** @import { Readable, Writable } from 'node:stream' */
/** @typedef {Readonly<Record<string, unknown>>} Members */
/** @typedef {{ id?: number, result?: Members, error?: { message: string }, method?: string, params?: Members }} Message */
/** @typedef {{ resolve: (result: Members) => void, reject: (error: Error) => void }} Waiting */
/**
 * @typedef {object} DevTools
 * @property {(method: string, params?: Members, sessionId?: string) => Promise<Members>} send
 * @property {(method: string, listener: (params: Members) => void) => void} on calls the listener at each such event
 */

/**
 * @param {Writable} input that the browser reads
 * @param {Readable} output that it writes
 * @param {Promise<string>} ended why it will never answer
 * @returns {DevTools}
 */
export function devtoolsPipe(input, output, ended) {
  /** @type {Map<number, Waiting>} */
  const waiting = new Map();
  /** @type {Map<string, ((params: Members) => void)[]>} */
  const listeners = new Map();
  /** @type {string | undefined} */
  let why;
  let count = 0;
  // A pipe that breaks is seen as the end of the browser, which says more.
  for (const socket of [input, output]) socket.on('error', () => {});
  ended.then((reason) => {
    why = reason;
    for (const { reject } of waiting.values()) reject(new Error(reason));
    waiting.clear();
  });
  output.on('data', byMessages(receive));
  return {
    send(method, params = {}, sessionId) {
      if (why !== undefined) return Promise.reject(new Error(why));
      const id = ++count;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
      });
    },
    on(method, listener) {
      listeners.set(method, [...(listeners.get(method) ?? []), listener]);
    },
  };

  /** @param {Message} message */
  function receive({ id, result = {}, error, method = '', params = {} }) {
    if (id === undefined) {
      for (const listener of listeners.get(method) ?? []) listener(params);
      return;
    }
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error) asked?.reject(new Error(error.message));
    else asked?.resolve(result);
  }
}

/**
 * Puts messages together from what a pipe gives at a time.
 * @param {(message: Message) => void} receive
 * @returns {(chunk: Buffer) => void}
 */
function byMessages(receive) {
  /** @type {Buffer[]} */
  let pieces = [];
  return (chunk) => {
    let from = 0;
    for (let at = chunk.indexOf(0); at !== -1; at = chunk.indexOf(0, from)) {
      const text = Buffer.concat([...pieces, chunk.subarray(from, at)]).toString();
      pieces = [];
      from = at + 1;
      receive(JSON.parse(text));
    }
    pieces.push(chunk.subarray(from));
  };
}
