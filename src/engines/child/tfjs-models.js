// @ts-check
/** Models of TensorFlow.js, in whatever backend is set: the same in a process of its own and in a page. */
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { dispose, tensor } from '@tensorflow/tfjs-core';
import { demandsExecuteAsync } from '../../formats/tfjs/execute-async.js';
import { concatBytes } from '../../model/chunks.js';
import { bytesOf, viewOf } from './typed-arrays.js';

/** @import * as Core from '@tensorflow/tfjs-core' */
/** @import * as Converter from '@tensorflow/tfjs-converter' */
/** @import { LoadRequest, RunRequest } from '../protocol.js' */
/** @import { Attachments, NamedTensor, Opened } from './answering.js' */

/**
 * @param {LoadRequest} request
 * @param {Attachments} attachments `model.json`, then the shards in the order of `request.files`
 * @returns {Promise<Opened>}
 */
export async function openGraphModel(request, attachments) {
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
