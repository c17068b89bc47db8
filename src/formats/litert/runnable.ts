import type { Opened, Runnable, RunnableOptions } from '../format.js';
import { atSizes } from './at-sizes.js';
import type { ReadModel } from './open.js';
import { pieceOf } from './piece.js';
import type { LitertProgram } from './program.js';
import { writeProgram } from './write.js';

/**
 * The file as it is where nothing else is asked of it. It is computed in float32 at every precision, and at those sizes alone
 * that it says, so that others take a file of their own.
 */
export function runnable({ content }: Opened<ReadModel>, options: RunnableOptions = {}): Runnable {
  const { artefact } = content;
  const { piece, alsoOutputs = [] } = options;
  const program = piece ? pieceOf(content.program, piece) : withOutputs(content.program, alsoOutputs);
  const isWhole = program === content.program;
  return {
    model: isWhole ? (artefact.files.get(artefact.commits) ?? []) : writeProgram(program),
    files: new Map(),
    atSizes: (sizes) => writeProgram(atSizes(program, sizes)),
  };
}

function withOutputs(program: LitertProgram, names: readonly string[]): LitertProgram {
  if (names.length === 0) return program;
  const made = new Map(program.operators.flatMap(({ outputs }) => outputs.map((tensor) => [tensor.name, tensor])));
  const known = new Set(program.outputs.map(({ key }) => key));
  const further = names
    .filter((name) => !known.has(name))
    .map((key) => {
      const tensor = made.get(key);
      if (!tensor) throw new Error(`no value is called ${key}`);
      return { key, tensor };
    });
  return { ...program, outputs: [...program.outputs, ...further] };
}
