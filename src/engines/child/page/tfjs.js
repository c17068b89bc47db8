// @ts-check
/**
 * TensorFlow.js in a page, which `browser.js` drives: what a process of Node's reads from a pipe comes here as a file, and the answer
 * goes back as text.
 */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgl';
import { backend, enableProdMode, env, setBackend, version_core } from '@tensorflow/tfjs-core';
import { answering, messageOf } from '../answering.js';
import { receiveFrame } from '../frames.js';
import { openGraphModel } from '../tfjs-models.js';

/** @import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl' */
/** @import { Answer, EngineInfo, Request } from '../../protocol.js' */
/** @typedef {{ answer: Answer, attachments: string[], isBroken: boolean }} Told attachments in base64 */

/** Files of other processes are out of a page's reach. */
const answerTo = answering(
  { info: { name: '@tensorflow/tfjs-core', version: version_core }, load: openGraphModel },
  () => undefined,
);

Object.assign(globalThis, { mobileone: { start, answer } });

/**
 * @param {string} name of the backend
 * @returns {Promise<EngineInfo>}
 */
async function start(name) {
  enableProdMode();
  // One thread, as the package runs it elsewhere: a page that is isolated as this one could have more.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths('/');
  if (!(await setBackend(name))) throw new Error(`its ${name} backend does not start`);
  const renderer = name === 'webgl' ? rendererOf(/** @type {MathBackendWebGL} */ (backend())) : null;
  return { name: '@tensorflow/tfjs-core', version: version_core, renderer };
}

/**
 * @param {MathBackendWebGL} webgl
 * @returns {string} who draws
 */
function rendererOf({ gpgpu: { gl } }) {
  const told = gl.getExtension('WEBGL_debug_renderer_info');
  return String(gl.getParameter(told ? told.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
}

/**
 * @param {ArrayBuffer} file a frame
 * @returns {Promise<Told>}
 */
async function answer(file) {
  const { header, attachments } = frameIn(new Uint8Array(file));
  try {
    const reply = await answerTo(/** @type {Request} */ (header), attachments);
    return { answer: reply.answer, attachments: reply.attachments.map(inBase64), isBroken: false };
  } catch (error) {
    // An engine in WebAssembly that has trapped is in no defined state.
    const isBroken = error instanceof Error && error.name === 'RuntimeError';
    return { answer: { refused: messageOf(error) }, attachments: [], isBroken };
  }
}

/** @param {Uint8Array} bytes */
function frameIn(bytes) {
  const frame = receiveFrame();
  let next = frame.next();
  for (let at = 0; !next.done; next = frame.next()) {
    next.value.set(bytes.subarray(at, at + next.value.length));
    at += next.value.length;
  }
  return next.value;
}

/** @param {Uint8Array} bytes */
function inBase64(bytes) {
  let text = '';
  // More arguments than this a call may not have.
  const most = 2 ** 15;
  for (let at = 0; at < bytes.length; at += most) text += String.fromCharCode(...bytes.subarray(at, at + most));
  return btoa(text);
}
