import type { MilValue } from '../../program/program.js';
import { int } from '../constants.js';
import { decline } from '../decline.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, unary } from '../operations.js';
import type { Row, Rows } from './row.js';

const onFloat =
  (make: (to: NodeBuilder, x: MilValue) => MilValue): Row =>
  (_node, to) => {
    if (to.kindOf() !== 'float') decline('Core ML computes it for floats alone');
    to.output(make(to, to.carrier()));
  };

/** Functions that MIL has under a name of its own. */
const named = (type: string): Row => onFloat((to, x) => unary(to, type, x));

/** The magnitude of the smallest of 8 or 16 bits does not fit into them; 32 bits hold it. */
const onNumber =
  (type: string): Row =>
  (node, to) => {
    const dtype = node.dtypeOf(0);
    if (dtype === 'int8' || dtype === 'int16') decline(`${dtype} wraps around where the 32 bits of Core ML do not`);
    to.output(unary(to, type, to.carrier()));
  };

export const elementaryFunctions: Rows = {
  Abs: onNumber('abs'),
  Sign: onNumber('sign'),
  Neg(node, to) {
    const dtype = node.dtypeOf(0);
    if (dtype === 'int8' || dtype === 'int16') decline(`${dtype} wraps around where the 32 bits of Core ML do not`);
    to.output(binary(to, 'mul', to.carrier(), to.kindOf() === 'float' ? to.number(-1) : int(-1)));
  },

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

  /** sign(x) * log(|x| + sqrt(x² + 1)): the sum of a negative x would lose what it is about. */
  Asinh: onFloat((to, x) => {
    const root = unary(to, 'sqrt', binary(to, 'add', unary(to, 'square', x), to.number(1)));
    const sum = binary(to, 'add', unary(to, 'abs', x), root);
    return binary(to, 'mul', unary(to, 'sign', x), unary(to, 'log', sum, { epsilon: to.number(0) }));
  }),
  Acosh: onFloat((to, x) => {
    const root = unary(to, 'sqrt', binary(to, 'sub', unary(to, 'square', x), to.number(1)));
    return unary(to, 'log', binary(to, 'add', x, root), { epsilon: to.number(0) });
  }),
};
