import { float16ToNumber } from '../../../model/index.js';
import type { ArtefactConstant, ArtefactOperand, ArtefactOperation } from '../../format.js';
import type { MilDataType } from '../program/data-types.js';
import type { Constant } from '../program/program.js';
import type { Operand } from './operand.js';

/**
 * An operation of MIL as it stands in the file: arguments by their names, and nothing else.
 * @param dtype of its first result
 */
export function recordedOperation(
  operator: string,
  args: ReadonlyMap<string, readonly Operand[]>,
  results: readonly string[],
  dtype?: MilDataType,
): ArtefactOperation {
  const isCast = operator === 'cast' && isFloatName(args.get('dtype')?.[0]?.constant?.data);
  const operands = [...args].filter(([key]) => !isCast || key === 'x').sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    operator,
    operands: operands.flatMap(([key, all]) => all.map((each, index) => recordedOperand(`${key} ${index}`, each))),
    attributes: '',
    results,
    isCast,
    bodies: [],
    name: results[0],
    computesIn: dtype === 'fp16' || dtype === 'fp32' ? dtype : undefined,
  };
}

const isFloatName = (text: unknown) => text === 'fp16' || text === 'fp32';

/** What stands for an operand. */
export function recordedOperand(role: string, { name, constant, stored }: Operand): ArtefactOperand {
  return { role, value: stored ?? (constant ? recordedConstant(constant) : name) };
}

function recordedConstant({ dtype, shape, data }: Constant): ArtefactConstant {
  const elements = () => {
    // The name of a type of floats.
    if (typeof data === 'string') return isFloatName(data) ? 'float' : data;
    return dtype === 'fp16' ? Float32Array.from(data, float16ToNumber) : data;
  };
  return { shape, stored: dtype === 'fp16' ? 'half' : 'whole', elements };
}
