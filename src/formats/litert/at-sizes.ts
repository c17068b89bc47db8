import { InputError } from '../../model/index.js';
import { Misfit, Operands } from './operations/index.js';
import type { Endpoint, LitertProgram, ProgramTensor } from './program.js';

/**
 * The same program at other sizes of its inputs, which are all known then: nothing but what tensors say of their sizes
 * changes.
 * @throws InputError where an operator does not take them
 */
export function atSizes(program: LitertProgram, sizes: ReadonlyMap<string, readonly number[]>): LitertProgram {
  const made = new Map<ProgramTensor, ProgramTensor>();
  const inputs = program.inputs.map(({ key, tensor }) => {
    const { signature: _, ...rest } = tensor;
    const sized = { ...rest, shape: sizes.get(key) ?? tensor.shape };
    made.set(tensor, sized);
    return { key, tensor: sized };
  });
  const operators = program.operators.map((operator) => {
    const read = operator.inputs.map((tensor) => tensor && (made.get(tensor) ?? tensor));
    const known = infer(operator, read);
    const outputs = operator.outputs.map((tensor, i) => {
      const { signature: _, ...rest } = tensor;
      const sized = { ...rest, ...known?.[i] };
      made.set(tensor, sized);
      return sized;
    });
    return { ...operator, inputs: read, outputs };
  });
  const outputs = program.outputs.map(({ key, tensor }): Endpoint => ({ key, tensor: made.get(tensor) ?? tensor }));
  return { ...program, operators, inputs, outputs };
}

function infer(
  { operation, options }: LitertProgram['operators'][number],
  inputs: readonly (ProgramTensor | undefined)[],
) {
  try {
    return operation.infer(new Operands(inputs), options);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new InputError({ what: `${operation.name} does not take these sizes: ${error.message}` });
  }
}
