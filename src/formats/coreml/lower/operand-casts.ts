import { decline } from '../../../lowering/decline.js';
import type { MilDataType } from '../program/data-types.js';
import { isOperand, takes } from '../program/operand-types.js';
import { type Constant, MilValue } from '../program/program.js';
import { text } from './constants.js';
import type { Arguments, ProgramBuilder } from './program-builder.js';

type Given = MilValue | Constant;

const typeOf = (given: Given): MilDataType => (given instanceof MilValue ? given.type.dtype : given.dtype);
const isList = (given: Given | readonly MilValue[]): given is readonly MilValue[] => Array.isArray(given);

/**
 * Whether an operation takes its operands only as numbers, and some are bools.
 * @throws Declined where an operand has another type that the operation does not take, or the type of no other operand
 */
export function needsNumbers(type: string, args: Arguments): boolean {
  let needs = false;
  const types = new Set<MilDataType>();
  for (const [name, given] of Object.entries(args)) {
    if (!given || !isOperand(name)) continue;
    for (const dtype of (isList(given) ? given : [given]).map(typeOf)) {
      types.add(dtype);
      if (takes(type, dtype)) continue;
      if (dtype !== 'bool' || !takes(type, 'int32')) decline(`Core ML's ${type} takes no ${dtype}`);
      needs = true;
    }
  }
  if (types.size > 1) decline(`Core ML's ${type} takes operands of one type, not ${[...types].join(' and ')}`);
  return needs;
}

/** Arguments with the operands that are bools as int32. */
export function argumentsAsNumbers(args: Arguments, cast: (x: MilValue) => MilValue): Arguments {
  const made = (given: MilValue) => (given.type.dtype === 'bool' ? cast(given) : given);
  const entries = Object.entries(args).map(([name, given]) => {
    if (!given || !isOperand(name)) return [name, given] as const;
    if (isList(given)) return [name, given.map(made)] as const;
    return [name, given instanceof MilValue ? made(given) : asNumbers(given)] as const;
  });
  return Object.fromEntries(entries);
}

/** x as `dtype`: constants become others, the rest is cast. */
export function castTo(builder: ProgramBuilder, x: MilValue, dtype: MilDataType, hint: string): MilValue {
  if (x.type.dtype === dtype) return x;
  if (x.constant?.dtype === 'bool' && dtype === 'int32') return builder.constant(asNumbers(x.constant), x.hint);
  const [made] = builder.emit('cast', { x, dtype: text(dtype) }, [{ dtype, shape: x.type.shape }], hint);
  return made ?? x;
}

function asNumbers(constant: Constant): Constant {
  const { dtype, shape, data } = constant;
  return dtype === 'bool' && typeof data !== 'string'
    ? { dtype: 'int32', shape, data: Int32Array.from(data) }
    : constant;
}
