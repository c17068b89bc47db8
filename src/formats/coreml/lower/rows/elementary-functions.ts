import type { MilValue } from '../../program/program.js';
import { int } from '../constants.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, compare, select, unary } from '../operations.js';
import { expectWide, onFloat } from './operands.js';
import type { Row, Rows } from './row.js';

/** Functions that MIL has under a name of its own. */
const named = (type: string): Row => onFloat((to, x) => unary(to, type, x));

/** The magnitude of the smallest of 8 or 16 bits does not fit into them; 32 bits hold it. */
const onNumber =
  (make: (to: NodeBuilder, x: MilValue) => MilValue): Row =>
  (node, to) => {
    expectWide(node, ['int8', 'int16']);
    to.output(make(to, to.carrier()));
  };

/** Functions of one number, element by element. */
export const elementaryFunctions: Rows = {
  Abs: onNumber((to, x) => unary(to, 'abs', x)),
  Sign: onNumber((to, x) => unary(to, 'sign', x)),
  Neg: onNumber((to, x) => binary(to, 'mul', x, to.kindOf() === 'float' ? to.number(-1) : int(-1))),

  Sqrt: named('sqrt'),
  Exp: named('exp'),
  Erf: named('erf'),
  Floor: named('floor'),
  Ceil: named('ceil'),
  Round: named('round'),
  Sin: named('sin'),
  Cos: named('cos'),
  Tan: named('tan'),
  Asin: named('asin'),
  Acos: named('acos'),
  Atan: named('atan'),
  Sinh: named('sinh'),
  Cosh: named('cosh'),
  Atanh: named('atanh'),

  /** Core ML adds an epsilon before it takes the logarithm, and not 0 unless told. */
  Log: onFloat((to, x) => unary(to, 'log', x, { epsilon: to.number(0) })),
  Reciprocal: onFloat((to, x) => binary(to, 'real_div', to.value(to.number(1)), x)),

  Asinh: onFloat(asinh),

  /** 2 asinh(sqrt((x - 1) / 2)) loses nothing near 1, and squares nothing. */
  Acosh: onFloat((to, x) => {
    const half = binary(to, 'mul', binary(to, 'sub', x, to.number(1)), to.number(0.5));
    return binary(to, 'mul', asinh(to, unary(to, 'sqrt', half)), to.number(2));
  }),
};

/**
 * sign(x) * log1p(z). Up to 1, z = |x| + x² / (1 + sqrt(1 + x²)), which loses nothing near 0. Above, the logarithm is
 * log|x| + log(1 + sqrt(1 + 1/x²)), which squares nothing that is large. Each is given 1 or 0 where the other one counts.
 */
function asinh(to: NodeBuilder, x: MilValue): MilValue {
  const one = to.value(to.number(1));
  const magnitude = unary(to, 'abs', x);
  const isSmall = compare(to, 'less_equal', magnitude, one);
  const small = select(to, isSmall, magnitude, to.value(to.number(0)));
  const large = select(to, isSmall, one, magnitude);
  const rootOver = (square: MilValue) => binary(to, 'add', unary(to, 'sqrt', binary(to, 'add', square, one)), one);

  const square = unary(to, 'square', small);
  const nearZero = log1p(to, binary(to, 'add', small, binary(to, 'real_div', square, rootOver(square))));
  const root = rootOver(unary(to, 'square', binary(to, 'real_div', one, large)));
  const farther = binary(to, 'add', logarithm(to, large), logarithm(to, root));
  return binary(to, 'mul', unary(to, 'sign', x), select(to, isSmall, nearZero, farther));
}

const logarithm = (to: NodeBuilder, x: MilValue) => unary(to, 'log', x, { epsilon: to.number(0) });

/**
 * log(1 + z) for z of 0 or more: z log(u) / (u - 1), where u is 1 + z as it was rounded, so that the rounding does no harm.
 * Where u is 1 it is z.
 */
function log1p(to: NodeBuilder, z: MilValue): MilValue {
  const one = to.value(to.number(1));
  const sum = binary(to, 'add', z, one);
  const isOne = compare(to, 'equal', sum, one);
  const rest = select(to, isOne, one, binary(to, 'sub', sum, one));
  const share = binary(to, 'real_div', logarithm(to, sum), rest);
  return binary(to, 'mul', z, select(to, isOne, one, share));
}
