import type { FileInMemory } from '../files/index.js';

/** An ONNX model: the path of its file, or its bytes. */
export type ModelGiven = string | FileInMemory;

/** One model or several, as a list. */
export function asModels(given: ModelGiven | readonly ModelGiven[]): readonly ModelGiven[] {
  return isList(given) ? given : [given];
}

function isList(given: ModelGiven | readonly ModelGiven[]): given is readonly ModelGiven[] {
  return Array.isArray(given);
}
