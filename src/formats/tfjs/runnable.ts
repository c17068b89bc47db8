import type { Opened, Runnable, RunnableOptions } from '../format.js';
import { pieceOf } from './piece.js';
import type { ReadModel } from './read/read-model.js';

/** The files as they are: the engine gives back any value by its name, and computes in float32 at every precision. */
export function runnable({ content }: Opened<ReadModel>, { piece }: RunnableOptions = {}): Runnable {
  if (piece) return pieceOf(content, piece);
  const { artefact, paths } = content;
  return {
    model: artefact.files.get(artefact.commits) ?? [],
    files: new Map(paths.map((path) => [path, artefact.files.get(path) ?? []])),
  };
}
