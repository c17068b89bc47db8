// @ts-check
/** ONNX Runtime in a process of its own. Arguments: the builds to try, in order of preference. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { readPackageFile } from '../../files/package-file.js';
import { serve } from './serve.js';
import { bytesOf, viewOf } from './typed-arrays.js';
import { expectFewRuns } from './wasm-flags.js';

/** @import * as Ort from 'onnxruntime-common' */
/** @import { LoadRequest, PortInfo, RunRequest } from '../protocol.js' */
/** @import { Attachments, NamedTensor, Opened } from './answering.js' */

const require = createRequire(import.meta.url);
/**
 * How each build is started.
 * @type {ReadonlyMap<string, { readonly name: string, readonly start: (settled: Promise<unknown>) => Promise<typeof Ort> }>}
 */
const BUILDS = new Map([
  ['native', { name: 'onnxruntime-node', start: startNative }],
  ['wasm', { name: 'onnxruntime-web', start: startWasm }],
]);

serve(async (settled) => {
  const { name, ort } = await startFirst(process.argv.slice(2), settled);
  ort.env.logLevel = 'fatal';
  ort.env.wasm.numThreads = 1;
  const version = ort.env.versions.node ?? ort.env.versions.web ?? ort.env.versions.common;
  return { info: { name, version }, load: (request, attachments) => load(ort, request, attachments) };
});

/**
 * @param {readonly string[]} builds
 * @param {Promise<unknown>} settled
 */
async function startFirst(builds, settled) {
  /** @type {unknown} */
  let reason = new Error('no build of ONNX Runtime was asked for');
  for (const build of builds) {
    try {
      const known = BUILDS.get(build);
      if (!known) throw new Error(`there is no build ${build} of ONNX Runtime`);
      return { name: known.name, ort: await known.start(settled) };
    } catch (error) {
      reason = error;
    }
  }
  throw reason;
}

/**
 * What WebAssembly printed since it was last asked.
 * @type {string[]}
 */
const printed = [];

async function startNative() {
  // Where there is this class, float16 would be handed over in it, and the native binding of today takes it for empty.
  Reflect.deleteProperty(globalThis, 'Float16Array');
  return require('onnxruntime-node');
}

/** @param {Promise<unknown>} settled */
async function startWasm(settled) {
  // Bound when the first model is loaded. Nobody reads the output of this process, but a profile is given there and nowhere else.
  console.log = (...words) => {
    printed.push(words.join(' '));
  };
  const ort = await import('onnxruntime-web/wasm');
  ort.env.wasm.wasmBinary = readPackageFile('onnxruntime-web/ort-wasm-simd-threaded.wasm');
  await settled;
  expectFewRuns();
  return ort;
}

/**
 * @param {typeof Ort} ort
 * @param {LoadRequest} request
 * @param {Attachments} attachments the model, then the data files in the order of `request.files`
 * @returns {Promise<Opened>}
 */
async function load(ort, request, attachments) {
  const [model, ...files] = attachments;
  if (!model) throw new Error('no model came');
  const externalData = request.files.map((path, i) => ({ path, data: files[i] ?? new Uint8Array() }));
  const session = await ort.InferenceSession.create(model, {
    graphOptimizationLevel: request.optimize === true ? 'all' : request.optimize || 'disabled',
    // One thread, so that sums are added in one order and two runs give the same figures; 0 is as many as there are cores.
    intraOpNumThreads: request.threads === 'all' ? 0 : 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    ...(externalData.length > 0 ? { externalData } : {}),
    ...(request.profile === undefined
      ? {}
      : { enableProfiling: true, profileFilePrefix: prefixFor(ort, request.profile) }),
  });
  return {
    info: { inputs: session.inputMetadata.map(portOf), outputs: session.outputMetadata.map(portOf) },
    release: () => session.release(),
    profile: () => profileOf(session, request.profile ?? ''),
    async run({ feeds, outputs }, bytes) {
      const results = await session.run(given(ort, feeds, bytes), outputs);
      return outputs.map((name) => named(name, results[name]));
    },
    repeat({ feeds, outputs }, bytes) {
      const inputs = given(ort, feeds, bytes);
      return {
        async run() {
          await session.run(inputs, outputs);
        },
        release() {},
      };
    },
  };
}

/**
 * @param {typeof Ort} ort
 * @param {RunRequest['feeds']} feeds
 * @param {Attachments} bytes
 */
function given(ort, feeds, bytes) {
  /** @type {Record<string, Ort.Tensor>} */
  const tensors = Object.create(null);
  for (const [i, { name, dtype, shape, strings }] of feeds.entries()) {
    const data = strings ?? viewOf(dtype, bytes[i] ?? new Uint8Array());
    // The constructor checks that data and type fit; its overloads cannot say so for a type known at run time.
    tensors[name] = Reflect.construct(ort.Tensor, [dtype, data, shape]);
  }
  return tensors;
}

/**
 * WebAssembly has files of its own, and none of our folders.
 * @param {typeof Ort} ort
 * @param {string} prefix
 */
function prefixFor(ort, prefix) {
  return ort.env.versions.web === undefined ? prefix : path.basename(prefix);
}

/**
 * What the profiler wrote: the native build to a file, whose name it gives a date, the other to the console.
 * @param {Ort.InferenceSession} session
 * @param {string} prefix
 */
function profileOf(session, prefix) {
  printed.length = 0;
  session.endProfiling();
  const folder = path.dirname(prefix);
  const file = fs.readdirSync(folder).find((name) => name.startsWith(path.basename(prefix)));
  if (file === undefined) return printed.join('\n');
  const text = fs.readFileSync(path.join(folder, file), 'utf8');
  fs.rmSync(path.join(folder, file));
  return text;
}

/**
 * @param {Ort.InferenceSession.ValueMetadata} value
 * @returns {PortInfo}
 */
function portOf(value) {
  return value.isTensor ? { name: value.name, dtype: value.type, shape: value.shape } : { name: value.name };
}

/**
 * @param {string} name
 * @param {Ort.OnnxValue | undefined} value
 * @returns {NamedTensor}
 */
function named(name, value) {
  if (!value || !('dims' in value)) throw new Error(`output ${name} is no tensor`);
  const { type: dtype, dims: shape, data } = /** @type {Ort.Tensor} */ (value);
  if (Array.isArray(data)) return { header: { name, dtype, shape, strings: data }, bytes: new Uint8Array() };
  return { header: { name, dtype, shape }, bytes: bytesOf(data) };
}
