import type { Artefact, Hash } from '../format.js';
import { TYPE_NAMES } from './attributes.js';
import { storedBytes } from './precision.js';
import type { Endpoint, TfjsProgram } from './program.js';

/** Browsers cache files of this size; the loader takes any. */
const SHARD_BYTES = 4 * 1024 * 1024;
const HASH_DIGITS = 16;

/** `model.json` and the shards that it names, in the order of the weights. */
export function writeProgram(program: TfjsProgram, hash: Hash): Artefact {
  const shards = cut(program.weights.map(storedBytes));
  const paths = shards.map((chunks, index) => {
    const digest = hash(chunks).slice(0, HASH_DIGITS);
    return `group1-shard${index + 1}of${shards.length}.${digest}.bin`;
  });
  const text = JSON.stringify(modelJson(program, paths));
  const files = new Map<string, readonly Uint8Array[]>(paths.map((path, index) => [path, shards[index] ?? []]));
  files.set('model.json', [new TextEncoder().encode(text)]);
  return { files, commits: 'model.json' };
}

/** All bytes in their order, cut into shards without copying. */
function cut(parts: readonly Uint8Array[]): Uint8Array[][] {
  const shards: Uint8Array[][] = [];
  let room = 0;
  for (const part of parts) {
    for (let start = 0; start < part.length; ) {
      if (room === 0) {
        shards.push([]);
        room = SHARD_BYTES;
      }
      const piece = part.subarray(start, start + room);
      shards.at(-1)?.push(piece);
      start += piece.length;
      room -= piece.length;
    }
  }
  return shards;
}

function modelJson(program: TfjsProgram, paths: readonly string[]): unknown {
  const { nodes, weights, inputs, outputs, metadata } = program;
  return {
    format: 'graph-model',
    generatedBy: 'mobileone',
    convertedBy: 'mobileone',
    signature: { inputs: endpoints(inputs), outputs: endpoints(outputs) },
    userDefinedMetadata: metadata,
    modelTopology: {
      versions: { producer: 1 },
      node: nodes.map(({ name, op, inputs: from, attributes }) => ({
        name,
        op,
        ...(from.length > 0 && { input: from }),
        attr: attributes,
      })),
    },
    weightsManifest: [
      {
        paths,
        weights: weights.map(({ name, shape, dtype, quantization }) => ({
          name,
          shape,
          dtype,
          ...(quantization && { quantization }),
        })),
      },
    ],
  };
}

/** The loader takes names and their order from here. Keys are never whole numbers, whose order JavaScript would change. */
function endpoints(list: readonly Endpoint[]): Record<string, unknown> {
  return Object.fromEntries(
    list.map(({ key, node, dtype, shape }) => [
      key,
      {
        name: `${node}:0`,
        dtype: TYPE_NAMES[dtype],
        tensorShape: shape ? { dim: shape.map((size) => ({ size: String(size) })) } : { unknownRank: true },
      },
    ]),
  );
}
