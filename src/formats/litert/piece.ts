import type { Piece } from '../format.js';
import { atSizes } from './at-sizes.js';
import type { Kind, LitertProgram, ProgramTensor } from './program.js';

/** A part of a program: those operators alone that it needs; what is fed comes in as inputs. */
export function pieceOf(program: LitertProgram, { fed, outputs }: Piece): LitertProgram {
  const values = new Map<string, ProgramTensor>();
  for (const operator of program.operators) for (const tensor of operator.outputs) values.set(tensor.name, tensor);
  for (const { key, tensor } of [...program.inputs, ...program.outputs]) values.set(key, tensor);
  const called = (name: string): ProgramTensor => {
    const tensor = values.get(name);
    if (!tensor) throw new Error(`no value is called ${name}`);
    return tensor;
  };
  const instead = new Map<ProgramTensor, ProgramTensor>();
  const given = fed.map(({ name, as, dtype, shape }) => {
    const known = values.get(name);
    const sizes = shape.map((size, axis) => size ?? known?.shape[axis] ?? 1);
    const tensor = { name: as, type: known?.type ?? kindOf(dtype), shape: sizes };
    if (known) instead.set(known, tensor);
    return { key: as, tensor };
  });
  const wanted = outputs.map((key) => ({ key, tensor: called(key) }));
  const needed = new Set(wanted.map(({ tensor }) => tensor));
  const operators = [...program.operators].reverse().filter(({ inputs, outputs: made }) => {
    if (!made.some((tensor) => needed.has(tensor))) return false;
    for (const tensor of inputs) if (tensor && !instead.has(tensor)) needed.add(tensor);
    return true;
  });
  const kept = program.inputs.filter(({ tensor }) => needed.has(tensor));
  const piece = {
    metadata: program.metadata,
    operators: operators.reverse().map((operator) => ({
      ...operator,
      inputs: operator.inputs.map((tensor) => tensor && (instead.get(tensor) ?? tensor)),
    })),
    inputs: [...kept, ...given],
    outputs: wanted,
  };
  return atSizes(piece, new Map());
}

function kindOf(dtype: string): Kind {
  if (dtype === 'bool') return 'bool';
  return dtype.startsWith('float') ? 'float32' : 'int32';
}
