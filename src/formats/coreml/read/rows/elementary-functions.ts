import { type Dimension, sameShape } from '../../../../model/index.js';
import type { ReadRow, ReadRows } from './row.js';

const named =
  (operator: string): ReadRow =>
  (operation, to) =>
    to.node(operator, [operation.tensor()]);

/** `f(x + epsilon)`, as MIL has it for functions that are infinite at 0. */
const shifted =
  (operator: string, absent: number): ReadRow =>
  (operation, to) => {
    const x = operation.tensor();
    const epsilon = operation.float('epsilon', absent);
    return to.node(operator, [epsilon === 0 ? x : to.node('Add', [x, to.number(epsilon)])]);
  };

/** Functions of one number, element by element. */
export const elementaryFunctions: ReadRows = {
  abs: named('Abs'),
  sign: named('Sign'),
  sqrt: named('Sqrt'),
  exp: named('Exp'),
  erf: named('Erf'),
  floor: named('Floor'),
  ceil: named('Ceil'),
  round: named('Round'),
  sin: named('Sin'),
  cos: named('Cos'),
  tan: named('Tan'),
  asin: named('Asin'),
  acos: named('Acos'),
  atan: named('Atan'),
  sinh: named('Sinh'),
  cosh: named('Cosh'),
  tanh: named('Tanh'),
  atanh: named('Atanh'),
  logical_not: named('Not'),

  square(operation, to) {
    const x = operation.tensor();
    return to.node('Mul', [x, x]);
  },
  exp2: (operation, to) => to.node('Pow', [to.number(2), operation.tensor()]),
  log: shifted('Log', 1e-45),
  inverse: shifted('Reciprocal', 1e-4),
  rsqrt(operation, to) {
    const root = shifted('Sqrt', 1e-12)(operation, to);
    return to.node('Reciprocal', 'name' in root ? [root] : root);
  },

  cast(operation, to) {
    const x = operation.any();
    const wanted = operation.text('dtype');
    switch (wanted) {
      // Both float types are float32 in the graph; rounding is what makes an fp16 one.
      case 'fp16':
      case 'fp32':
        return to.cast(x, 'fp32');
      case 'int32':
      case 'bool':
        return to.cast(x, wanted);
      default:
        throw operation.invalid(`cannot cast to ${JSON.stringify(wanted)}`);
    }
  },

  identity: named('Identity'),

  select(operation, to) {
    const condition = operation.other('cond', 'bool');
    const [a, b] = [operation.tensor('a'), operation.tensor('b')];
    // MIL takes the shape from what is chosen from; ONNX would stretch it to the condition.
    const [sizes, left, right] = ['cond', 'a', 'b'].map((name) => [...operation.typeOf(name).shape].reverse());
    const isLarger = (size: Dimension, axis: number) => {
      const chosen = [left?.[axis] ?? 1, right?.[axis] ?? 1];
      // Of a size that is open only one that is certainly there alone is larger.
      return size !== 1 && chosen.every((own) => own === 1 || (typeof own === 'number' && own < Number(size)));
    };
    if (sizes?.some(isLarger)) {
      throw operation.invalid('the condition is larger than what it chooses from');
    }
    return to.node('Where', [condition, a, b]);
  },

  prelu(operation, to) {
    const x = operation.tensor();
    const alpha = operation.tensor('alpha');
    const [channels = 0, ...spatial] = operation.typeOf().shape.slice(1);
    if (typeof channels !== 'number' || !sameShape(operation.shapeOf('alpha'), [channels]))
      throw operation.invalid('alpha is not one per channel');
    const slope = to.node('Reshape', [alpha, to.ints([channels, ...spatial.map(() => 1)])]);
    return to.node('PRelu', [x, slope]);
  },
};
