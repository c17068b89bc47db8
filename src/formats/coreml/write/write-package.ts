import type { Artefact, Hash } from '../../format.js';
import { BLOB_FILE_NAME, BLOB_FILE_NAME_OF_FIRST, PATHS } from '../program/data-types.js';
import type { MilProgram } from '../program/program.js';
import { coremlCodec } from '../program/schema.js';
import { BlobWriter } from './blob-writer.js';
import { describe } from './describe.js';
import { encodeProgram } from './encode-program.js';
import { pipelineOf } from './pipeline.js';

/** A program as the files of an `.mlpackage`. Equal programs give equal bytes: identifiers come from the content. */
export function writePackage(program: MilProgram, hash: Hash): Artefact {
  const { suppression } = program;
  const blobs = new BlobWriter(suppression ? BLOB_FILE_NAME_OF_FIRST : BLOB_FILE_NAME);
  const alone = {
    specificationVersion: program.version.specification,
    description: describe(program),
    mlProgram: encodeProgram(program, blobs),
  };
  const model = coremlCodec.encode('Model', suppression ? pipelineOf(alone, suppression) : alone);
  const files = new Map<string, readonly Uint8Array[]>([[PATHS.model, model]]);
  const modelId = identifier(hash(model));
  const items: [string, object][] = [[modelId, item('model.mlmodel', 'CoreML Model Specification')]];
  if (!blobs.isEmpty) {
    const weights = blobs.finish();
    files.set(suppression ? PATHS.weightsOfFirst : PATHS.weights, weights);
    items.push([identifier(hash(weights)), item('weights', 'CoreML Model Weights')]);
  }
  const manifest = {
    fileFormatVersion: '1.0.0',
    itemInfoEntries: Object.fromEntries(items),
    rootModelIdentifier: modelId,
  };
  files.set(PATHS.manifest, [new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 4)}\n`)]);
  return { files, commits: PATHS.manifest };
}

function item(name: string, description: string): object {
  return { author: 'com.apple.CoreML', description, name, path: `com.apple.CoreML/${name}` };
}

/** The first 128 bits of a hash in the spelling of a UUID, which is what coremltools writes here (at random). */
function identifier(hash: string): string {
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
