// @ts-check
/** LiteRT in a process of its own: its web runtime, in WebAssembly on one thread. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';
import { serve } from './serve.js';
import { bytesOf, viewOf } from './typed-arrays.js';

/** @import { LoadRequest, PortInfo } from '../protocol.js' */
/** @import { Attachments, NamedTensor, Opened } from './serve.js' */

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
 * @property {(folder: string) => Promise<unknown>} loadLiteRt
 * @property {(model: Uint8Array, options: { readonly accelerator: 'wasm' }) => Promise<Model>} loadAndCompile
 */

const PACKAGE = '@litertjs/core';
const require = createRequire(import.meta.url);

/**
 * What the runtime complained of: it says there that a kernel failed, and nowhere else, and goes on with whatever memory held.
 * @type {string[]}
 */
const complaints = [];

serve(async () => {
  const entry = require.resolve(PACKAGE);
  const folder = path.join(path.dirname(entry), '..', 'wasm');
  asInWorker(folder);
  /** @type {LiteRt} */
  const litert = await import(pathToFileURL(entry).href);
  await litert.loadLiteRt(`${folder}${path.sep}`);
  /** @type {{ version: string }} */
  const { version } = JSON.parse(readFileSync(path.join(folder, '..', 'package.json'), 'utf8'));
  return {
    info: { name: PACKAGE, version },
    load: (request, attachments) => load(litert, request, attachments),
  };
});

/**
 * The globals by which the runtime's script takes this process for a worker, which loads other scripts one after the other.
 * @param {string} folder
 */
function asInWorker(folder) {
  const script = path.join(folder, 'worker.js');
  /** @param {string} line */
  const printErr = (line) => {
    if (line.startsWith('ERROR')) complaints.push(line);
  };
  const globals = {
    self: globalThis,
    location: { href: pathToFileURL(script).href },
    require,
    __filename: script,
    __dirname: folder,
    Module: { print: () => {}, printErr },
    /** @param {string} file */
    importScripts: (file) => runInThisContext(readFileSync(file, 'utf8'), { filename: file }),
  };
  for (const [name, value] of Object.entries(globals))
    Object.defineProperty(globalThis, name, { value, writable: true });
  if (!('navigator' in globalThis)) Object.defineProperty(globalThis, 'navigator', { value: {} });
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
      const given = inputs.map(({ name }) => {
        const at = feeds.findIndex((feed) => feed.name === name);
        const feed = feeds[at];
        if (!feed) throw new Error(`input ${name} is missing`);
        return new litert.Tensor(viewOf(feed.dtype, data[at] ?? new Uint8Array()), [...feed.shape]);
      });
      const results = await model.run(given);
      expectNoComplaint();
      const read = wanted.map((name) => named(name, results[outputs.findIndex((output) => output.name === name)]));
      for (const tensor of [...given, ...results]) tensor.delete();
      return read;
    },
  };
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
