import { type Known, misfit, type Operation, operation } from './operation.js';

const ACTIVATION = { activation: [0, 'byte'] } as const;

/** Sizes of a result to which both operands are repeated along axes where they have size 1. @throws Misfit */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [left = 1, right = 1] = [a[axis - rank + a.length], b[axis - rank + b.length]];
    if (left === right || right === 1) return left;
    return left === 1 ? right : misfit(`sizes [${a}] and [${b}] do not broadcast`);
  });
}

function expectAlike(a: Known, b: Known): void {
  if (a.type !== b.type) misfit(`takes ${a.type} and ${b.type}`);
}

/** One operand, whose type and sizes the result has. */
function unary(name: string, code: number, optionsType = 0, options: Parameters<typeof operation>[5] = {}): Operation {
  const infer: Operation['infer'] = (operands) => {
    const { type, shape } = operands.at(0);
    return [{ type, shape }];
  };
  return operation(name, code, [1, 1], infer, optionsType, options);
}

function binary(name: string, code: number, optionsType: number, isFusing = false): Operation {
  const infer: Operation['infer'] = (operands) => {
    const [a, b] = [operands.at(0), operands.at(1)];
    expectAlike(a, b);
    return [{ type: a.type, shape: broadcast(a.shape, b.shape) }];
  };
  return operation(name, code, [2, 2], infer, optionsType, isFusing ? ACTIVATION : {});
}

function comparison(name: string, code: number, optionsType: number): Operation {
  const infer: Operation['infer'] = (operands) => {
    const [a, b] = [operands.at(0), operands.at(1)];
    expectAlike(a, b);
    return [{ type: 'bool', shape: broadcast(a.shape, b.shape) }];
  };
  return operation(name, code, [2, 2], infer, optionsType);
}

const select = operation(
  'SELECT_V2',
  123,
  [3, 3],
  (operands) => {
    const [condition, a, b] = [operands.at(0), operands.at(1), operands.at(2)];
    expectAlike(a, b);
    return [{ type: a.type, shape: broadcast(condition.shape, broadcast(a.shape, b.shape)) }];
  },
  98,
);

/** Element by element; the activation of the four arithmetic ones is computed along with them. */
export const elementwise: readonly Operation[] = [
  binary('ADD', 0, 11, true),
  binary('SUB', 41, 28, true),
  binary('MUL', 18, 21, true),
  binary('DIV', 42, 29, true),
  binary('MAXIMUM', 55, 39),
  binary('MINIMUM', 57, 39),
  binary('SQUARED_DIFFERENCE', 99, 76),
  binary('POW', 78, 56),
  binary('FLOOR_DIV', 90, 65),
  binary('FLOOR_MOD', 95, 72),
  binary('ATAN2', 156, 122),
  binary('LOGICAL_AND', 86, 0),
  binary('LOGICAL_OR', 84, 0),
  comparison('EQUAL', 71, 53),
  comparison('NOT_EQUAL', 72, 54),
  comparison('GREATER', 61, 44),
  comparison('GREATER_EQUAL', 62, 45),
  comparison('LESS', 58, 41),
  comparison('LESS_EQUAL', 63, 46),
  select,
  unary('LOGICAL_NOT', 87),
  unary('RELU', 19),
  unary('RELU6', 21),
  unary('RELU_N1_TO_1', 20),
  unary('RELU_0_TO_1', 152),
  unary('LOGISTIC', 14),
  unary('TANH', 28),
  unary('EXP', 47),
  unary('LOG', 73),
  unary('SQRT', 75),
  unary('RSQRT', 76),
  unary('ABS', 101),
  unary('NEG', 59),
  unary('FLOOR', 8),
  unary('CEIL', 104),
  unary('ROUND', 116),
  unary('SIN', 66),
  unary('COS', 108),
  unary('SQUARE', 92),
  unary('SIGN', 158),
  unary('ZEROS_LIKE', 93),
  unary('HARD_SWISH', 117),
  unary('ELU', 111),
  unary('GELU', 150, 116, { approximate: [0, 'bool'] }),
  unary('LEAKY_RELU', 98, 75, { alpha: [0, 'float'] }),
  unary('SOFTMAX', 25, 9, { beta: [0, 'float'] }),
  unary('LOG_SOFTMAX', 50),
  operation('PRELU', 54, [2, 2], (operands) => [
    { type: operands.at(0).type, shape: broadcast(operands.at(0).shape, operands.at(1).shape) },
  ]),
];
