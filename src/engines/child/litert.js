// @ts-check
/** LiteRT in a process of its own: its web runtime, in WebAssembly on one thread. */
import { createRequire } from 'node:module';
import { runInThisContext } from 'node:vm';
import { readPackageFile } from '../../files/package-file.js';
import { serve } from './serve.js';
import { bytesOf, viewOf } from './typed-arrays.js';
import { expectFewRuns } from './wasm-flags.js';

/** @import { LoadRequest, PortInfo, RunRequest } from '../protocol.js' */
/** @import { Attachments, NamedTensor, Opened } from './answering.js' */

/**
 * What is used of the package. Its own declarations bring those of graphics processors along, which no other code here has.
 * @typedef {{ readonly name: string, readonly dtype: string, readonly shape: Int32Array }} Details
 * @typedef {object} Tensor
 * @property {{ readonly dtype: string, readonly layout: { readonly dimensions: ArrayLike<number> } }} type
 * @property {() => ArrayBufferView} toTypedArray
 * @property {() => void} delete
 * @typedef {object} Model
 * @property {() => readonly Details[]} getInputDetails
 * @property {() => readonly Details[]} getOutputDetails
 * @property {(inputs: readonly Tensor[]) => Promise<readonly Tensor[]>} run
 * @property {() => void} delete
 * @typedef {object} LiteRt
 * @property {new (data: ArrayBufferView, shape: readonly number[]) => Tensor} Tensor
 * @property {(script: string) => Promise<unknown>} loadLiteRt
 * @property {(model: Uint8Array, options: { readonly accelerator: 'wasm' }) => Promise<Model>} loadAndCompile
 */

const PACKAGE = '@litertjs/core';
/** The build that asks least of WebAssembly, so that it is the same in every Node. */
const SCRIPT = 'litert_wasm_compat_internal.js';

/**
 * What the runtime complained of: it says there that a kernel failed, and nowhere else, and goes on with whatever memory held.
 * @type {string[]}
 */
const complaints = [];

serve(async (settled) => {
  asInWorker();
  /** @type {LiteRt} */
  const litert = await import(/** @type {string} */ ('@litertjs/core'));
  await settled;
  expectFewRuns();
  await litert.loadLiteRt(SCRIPT);
  /** @type {{ version: string }} */
  const { version } = JSON.parse(textOf(`${PACKAGE}/package.json`));
  return {
    info: { name: PACKAGE, version },
    load: (request, attachments) => load(litert, request, attachments),
  };
});

/** The globals by which the runtime's script takes this process for a worker, which loads other scripts one after the other. */
function asInWorker() {
  /** @param {string} line */
  const printErr = (line) => {
    if (line.startsWith('ERROR')) complaints.push(line);
  };
  const wasmBinary = readPackageFile(`${PACKAGE}/wasm/${SCRIPT.replace(/js$/, 'wasm')}`);
  const globals = {
    self: globalThis,
    location: { href: import.meta.url },
    require: createRequire(import.meta.url),
    __filename: SCRIPT,
    __dirname: '.',
    Module: { print: () => {}, printErr, wasmBinary },
    /** @param {string} script */
    importScripts: (script) => runInThisContext(textOf(`${PACKAGE}/wasm/${script}`), { filename: script }),
  };
  for (const [name, value] of Object.entries(globals))
    Object.defineProperty(globalThis, name, { value, writable: true });
  if (!('navigator' in globalThis)) Object.defineProperty(globalThis, 'navigator', { value: {} });
}

/** @param {string} file */
function textOf(file) {
  return new TextDecoder().decode(readPackageFile(file));
}

/** @throws {Error} where the runtime complained since the last time */
function expectNoComplaint() {
  const [first] = complaints.splice(0);
  if (first !== undefined) throw new Error(first);
}

/**
 * @param {LiteRt} litert
 * @param {LoadRequest} _request
 * @param {Attachments} attachments the model
 * @returns {Promise<Opened>}
 */
async function load(litert, _request, [bytes = new Uint8Array()]) {
  complaints.length = 0;
  const model = await litert.loadAndCompile(bytes, { accelerator: 'wasm' });
  expectNoComplaint();
  const [inputs, outputs] = [model.getInputDetails().map(portOf), model.getOutputDetails().map(portOf)];
  return {
    info: { inputs, outputs },
    async release() {
      model.delete();
    },
    async run({ feeds, outputs: wanted }, data) {
      const given = tensorsOf(feeds, data);
      const results = await model.run(given);
      expectNoComplaint();
      const read = wanted.map((name) => named(name, results[outputs.findIndex((output) => output.name === name)]));
      for (const tensor of [...given, ...results]) tensor.delete();
      return read;
    },
    repeat({ feeds }, data) {
      const given = tensorsOf(feeds, data);
      return {
        async run() {
          const results = await model.run(given);
          expectNoComplaint();
          for (const tensor of results) {
            tensor.toTypedArray();
            tensor.delete();
          }
        },
        release() {
          for (const tensor of given) tensor.delete();
        },
      };
    },
  };

  /**
   * @param {RunRequest['feeds']} feeds
   * @param {Attachments} data
   */
  function tensorsOf(feeds, data) {
    return inputs.map(({ name }) => {
      const at = feeds.findIndex((feed) => feed.name === name);
      const feed = feeds[at];
      if (!feed) throw new Error(`input ${name} is missing`);
      return new litert.Tensor(viewOf(feed.dtype, data[at] ?? new Uint8Array()), [...feed.shape]);
    });
  }
}

/**
 * @param {Details} tensor
 * @returns {PortInfo}
 */
function portOf({ name, dtype, shape }) {
  return { name, dtype, shape: [...shape] };
}

/**
 * @param {string} name
 * @param {Tensor | undefined} tensor
 * @returns {NamedTensor}
 */
function named(name, tensor) {
  if (!tensor) throw new Error(`there is no output ${name}`);
  const { dtype, layout } = tensor.type;
  return {
    header: { name, dtype, shape: Array.from(layout.dimensions) },
    bytes: bytesOf(tensor.toTypedArray()).slice(),
  };
}
