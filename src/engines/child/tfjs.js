// @ts-check
/** TensorFlow.js in a process of its own: core, converter and the wasm backend, nothing that opens a connection. */
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { dispose, enableProdMode, env, setBackend, tensor, version_core } from '@tensorflow/tfjs-core';
import { readPackageFile } from '../../files/package-file.js';
import { demandsExecuteAsync } from '../../formats/tfjs/execute-async.js';
import { concatBytes } from '../../model/chunks.js';
import { serve } from './serve.js';
import { bytesOf, viewOf } from './typed-arrays.js';
import { expectFewRuns } from './wasm-flags.js';

/** @import * as Core from '@tensorflow/tfjs-core' */
/** @import * as Converter from '@tensorflow/tfjs-converter' */
/** @import { LoadRequest, RunRequest } from '../protocol.js' */
/** @import { Attachments, NamedTensor, Opened } from './answering.js' */

/** The build of the wasm backend for one thread; what it needs of a processor, all that Node 20 runs on have. */
const WASM = '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm';

serve(async () => {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  expectFewRuns();
  enableProdMode();
  giveWasm(setWasmPaths);
  if (!(await setBackend('wasm'))) throw new Error('its wasm backend does not start');
  return { info: { name: '@tensorflow/tfjs-core', version: version_core }, load };
});

/**
 * The backend asks for its file by `fetch` and is given it from here: nothing opens a connection.
 * @param {(folder: string, byFetch: boolean) => void} setWasmPaths
 */
function giveWasm(setWasmPaths) {
  setWasmPaths('', true);
  // What is read of a response; Node's own would load all that speaks to networks.
  const response = { ok: true, arrayBuffer: async () => readPackageFile(WASM).buffer };
  env().platform.fetch = async () => /** @type {Response} */ (response);
}

/**
 * @param {LoadRequest} request
 * @param {Attachments} attachments `model.json`, then the shards in the order of `request.files`
 * @returns {Promise<Opened>}
 */
async function load(request, attachments) {
  const [text, ...shards] = attachments;
  /** @type {Core.io.ModelJSON} */
  const json = JSON.parse(new TextDecoder().decode(text));
  const files = new Map(request.files.map((path, i) => [path, shards[i]]));
  const weightsManifest = json.weightsManifest ?? [];
  // In memory of their own: TF.js reads a view, or a Node Buffer, from the start of the memory behind it.
  const { buffer: weightData } = concatBytes(
    weightsManifest
      .flatMap((group) => group.paths)
      .map((path) => {
        const shard = files.get(path);
        if (!shard) throw new Error(`the shard ${path} is missing`);
        return shard;
      }),
  );
  const artifacts = { ...json, weightSpecs: weightsManifest.flatMap((group) => group.weights), weightData };
  const model = await loadGraphModel({ load: async () => artifacts });
  const weights = new Set(Object.values(model.weights).flat());
  const isDynamic = demandsExecuteAsync(operationsOf(json.modelTopology)) !== undefined;
  return {
    info: { inputs: model.inputs.map(portOf), outputs: model.outputs.map(portOf) },
    async release() {
      model.dispose();
    },
    async run({ feeds, outputs }, bytes) {
      const given = tensorsOf(feeds, bytes);
      const list = await execute(given, outputs);
      const read = list.map((result, i) => named(outputs[i] ?? '', result));
      // A weight that is asked for is the one that the next run needs.
      dispose([list.filter((result) => !weights.has(result)), given]);
      return read;
    },
    repeat({ feeds, outputs }, bytes) {
      const given = tensorsOf(feeds, bytes);
      const kept = new Set([...weights, ...Object.values(given)]);
      return {
        async run() {
          const list = await execute(given, outputs);
          for (const result of list) result.dataSync();
          dispose(list.filter((result) => !kept.has(result)));
        },
        release: () => dispose(given),
      };
    },
  };

  /**
   * @param {Core.NamedTensorMap} given
   * @param {readonly string[]} outputs
   */
  async function execute(given, outputs) {
    const names = [...outputs];
    const results = isDynamic ? await model.executeAsync(given, names) : model.execute(given, names);
    return Array.isArray(results) ? results : [results];
  }
}

/**
 * @param {RunRequest['feeds']} feeds
 * @param {Attachments} bytes
 */
function tensorsOf(feeds, bytes) {
  /** @type {Core.NamedTensorMap} */
  const given = {};
  feeds.forEach(({ name, dtype, shape, strings }, i) => {
    const data = strings ?? viewOf(dtype, bytes[i] ?? new Uint8Array());
    given[name] = Reflect.apply(tensor, undefined, [data, shape, dtype]);
  });
  return given;
}

/**
 * @param {{ node?: { op: string }[], library?: { function?: { nodeDef?: { op: string }[] }[] } }} topology
 * @returns {string[]}
 */
function operationsOf({ node = [], library }) {
  const inner = (library?.function ?? []).flatMap(({ nodeDef = [] }) => nodeDef);
  return [...node, ...inner].map(({ op }) => op);
}

/** @param {Converter.GraphModel['inputs'][number]} tensor */
function portOf({ name, dtype, shape }) {
  return { name, dtype, shape: shape?.map((size) => (size < 0 ? '?' : size)) };
}

/**
 * @param {string} name
 * @param {Core.Tensor} tensor
 * @returns {NamedTensor}
 */
function named(name, tensor) {
  const { dtype, shape } = tensor;
  const data = tensor.dataSync();
  if (Array.isArray(data)) return { header: { name, dtype, shape, strings: data }, bytes: new Uint8Array() };
  // Copied: an output that is a weight or an input shares its memory.
  return { header: { name, dtype, shape }, bytes: bytesOf(data).slice() };
}
