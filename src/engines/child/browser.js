// @ts-check
/**
 * TensorFlow.js in a page of the system's browser, which this process drives: requests come from the parent as they do to every
 * engine, go to the page as a file, and are answered there.
 */
import { closeSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { readPackageFile } from '../../files/package-file.js';
import { messageOf } from './answering.js';
import { startChromium } from './chromium.js';
import { takeFrames } from './frames.js';
import { readKnown } from './known-file.js';
import { writeFrame } from './pipe-frames.js';

/** @import { Answer, EngineInfo, Request } from '../protocol.js' */
/** @import { Chromium } from './chromium.js' */
/** @import { Members } from './devtools-pipe.js' */
/** @import { Frame } from './frames.js' */
/** @import { Told } from './page/tfjs.js' */

const WATCH = 0;
const CHANNEL = 3;
const BACKEND = process.argv[2] ?? 'wasm';
const WASM = '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm';

/** A host that there cannot be (RFC 2606): all that is asked of it is answered from here. */
const ORIGIN = 'https://mobileone.invalid/';
const SCRIPT = 'page/tfjs.js';
const PAGE = `<!doctype html><title>mobileone</title><input type="file"><script src="${SCRIPT}"></script>`;

/** Isolated, so that the page's clock tells 5 microseconds and not 100. */
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Content-Security-Policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
};

/** @typedef {{ answer: Answer, attachments: Uint8Array[], isBroken: boolean }} Reply isBroken: it can answer nothing more */

main();

async function main() {
  /** @type {Chromium | undefined} */
  let chromium;
  /** @type {Promise<void> | undefined} */
  let ending;
  const close = async () => {
    await chromium?.close();
    process.exit();
  };
  const end = () => {
    ending ??= close();
    return ending;
  };
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP'])) process.on(signal, end);
  new Socket({ fd: WATCH })
    .on('error', () => {})
    .on('close', end)
    .resume();
  try {
    chromium = startChromium();
    const page = await openPage(chromium);
    chromium.ended.then(end);
    send({ ready: await page.start() });
    let turn = Promise.resolve();
    const take = takeFrames((frame) => {
      turn = turn.then(async () => {
        const { answer, attachments, isBroken } = await page.answer(frame);
        if (!ending) send(answer, attachments);
        if (isBroken) await end();
      });
      // An answer that nobody reads any more must not leave the browser behind.
      turn = turn.catch(end);
    });
    new Socket({ fd: CHANNEL, readable: true, writable: false })
      .on('data', take)
      .on('error', () => {})
      .on('close', end);
  } catch (error) {
    try {
      // Where it ends since the parent has gone, nobody is told.
      if (!ending) send({ missing: messageOf(error) });
    } finally {
      await end();
    }
  }
}

/**
 * @param {Answer} answer
 * @param {readonly Uint8Array[]} [attachments]
 */
function send(answer, attachments) {
  writeFrame(CHANNEL, answer, attachments);
}

/**
 * @param {Chromium} chromium
 * @returns {Promise<{ start: () => Promise<EngineInfo>, answer: (frame: Frame) => Promise<Reply> }>}
 */
async function openPage({ devtools, folder, ended }) {
  const { product } = await devtools.send('Browser.getVersion');
  const { targetId } = await devtools.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await devtools.send('Target.attachToTarget', { targetId, flatten: true });
  /** @type {(method: string, params?: Members) => Promise<Members>} */
  const ask = (method, params) => devtools.send(method, params, String(sessionId));
  devtools.on('Fetch.requestPaused', (params) => void fulfil(params, ask));
  const loaded = new Promise((resolve) => devtools.on('Page.loadEventFired', resolve));
  /** @type {Promise<never>} */
  const gone = new Promise((_, reject) => {
    devtools.on('Inspector.targetCrashed', () => reject(new Error('its page crashed')));
    ended.then((why) => reject(new Error(why)));
  });
  // Whoever waits for an answer hears of it.
  gone.catch(() => {});
  /** What a page that crashed may never answer. @type {<T>(asked: Promise<T>) => Promise<T>} */
  const unlessGone = (asked) => Promise.race([asked, gone]);
  await ask('Page.enable');
  await ask('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
  const { errorText } = await unlessGone(ask('Page.navigate', { url: ORIGIN }));
  if (errorText) throw new Error(`its page does not open: ${errorText}`);
  await unlessGone(loaded);
  const input = await unlessGone(evaluated(ask('Runtime.evaluate', { expression: "document.querySelector('input')" })));
  if (!input.objectId) throw new Error('its page is another than the one that it was given');
  let count = 0;
  return {
    async start() {
      const expression = `mobileone.start(${JSON.stringify(BACKEND)})`;
      const info = await unlessGone(
        evaluated(ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })),
      );
      // What the page's script gives back, which ships in this package.
      return { .../** @type {EngineInfo} */ (info.value), browser: String(product) };
    },
    async answer(frame) {
      const { header, attachments } = withBytes(frame);
      if (!header) return { answer: { changed: true }, attachments: [], isBroken: false };
      const file = join(folder, String(count++));
      try {
        putFrame(file, header, attachments);
        await unlessGone(ask('DOM.setFileInputFiles', { files: [file], objectId: input.objectId }));
        const call = { functionDeclaration: ANSWER, objectId: input.objectId, awaitPromise: true, returnByValue: true };
        const { value } = await unlessGone(evaluated(ask('Runtime.callFunctionOn', call)));
        const { attachments: texts, ...told } = /** @type {Told} */ (value);
        return { ...told, attachments: texts.map((text) => new Uint8Array(Buffer.from(text, 'base64'))) };
      } catch (error) {
        return { answer: { refused: messageOf(error) }, attachments: [], isBroken: true };
      } finally {
        rmSync(file, { force: true });
      }
    },
  };
}

/** What the page's input element is asked to do with the file that it holds. */
const ANSWER = 'async function () { return mobileone.answer(await this.files[0].arrayBuffer()); }';

/**
 * A request with the bytes of the file that it names: a page reads none.
 * @param {Frame} frame
 * @returns {{ header?: unknown, attachments: readonly Uint8Array[] }} without a header where the file holds others by now
 */
function withBytes({ header, attachments }) {
  const request = /** @type {Request} */ (header);
  if (request.ask !== 'load' || !request.from) return { header, attachments };
  const { from, ...rest } = request;
  const known = readKnown(from);
  return known ? { header: rest, attachments: [known, ...attachments.slice(1)] } : { attachments: [] };
}

/**
 * @param {string} file
 * @param {unknown} header
 * @param {readonly Uint8Array[]} attachments
 */
function putFrame(file, header, attachments) {
  const descriptor = openSync(file, 'wx');
  try {
    writeFrame(descriptor, header, attachments);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Answers what the page asks of its server; what the browser asks of others fails.
 * @param {Members} params
 * @param {(method: string, params: Members) => Promise<Members>} ask
 */
async function fulfil({ requestId, request }, ask) {
  const { url } = /** @type {{ url: string }} */ (request);
  const content = url.startsWith(ORIGIN) ? contentIfThere(url.slice(ORIGIN.length)) : undefined;
  // A page that is gone by now waits for no answer.
  const ignore = () => {};
  if (!content) return void ask('Fetch.failRequest', { requestId, errorReason: 'AccessDenied' }).catch(ignore);
  const headers = { ...HEADERS, 'Content-Type': content.type };
  const responseHeaders = Object.entries(headers).map(([name, value]) => ({ name, value }));
  const body = Buffer.from(content.body).toString('base64');
  await ask('Fetch.fulfillRequest', { requestId, responseCode: 200, responseHeaders, body }).catch(ignore);
}

/**
 * What there is at a path; undefined also where the package lacks the file, of which the page then tells.
 * @param {string} path
 */
function contentIfThere(path) {
  try {
    return contentAt(path);
  } catch {
    return undefined;
  }
}

/**
 * @param {string} path
 * @returns {{ readonly type: string, readonly body: Uint8Array | string } | undefined}
 */
function contentAt(path) {
  if (path === '') return { type: 'text/html', body: PAGE };
  if (path === SCRIPT) return { type: 'text/javascript', body: readPackageFile(`mobileone/${SCRIPT}`) };
  return path.endsWith('.wasm') ? { type: 'application/wasm', body: readPackageFile(WASM) } : undefined;
}

/**
 * @param {Promise<Members>} asked
 * @returns {Promise<{ value?: unknown, objectId?: string }>}
 */
async function evaluated(asked) {
  const { result, exceptionDetails } = await asked;
  const thrown = /** @type {{ text: string, exception?: { description?: string } } | undefined} */ (exceptionDetails);
  if (thrown) throw new Error(thrown.exception?.description?.split('\n')[0] ?? thrown.text);
  return /** @type {{ value?: unknown, objectId?: string }} */ (result);
}
