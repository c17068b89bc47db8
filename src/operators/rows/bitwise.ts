import { isInteger, type Node, type Tensor } from '../../model/index.js';
import { combine, type PairFunctions } from '../compute/combine.js';
import { mapNumbers } from '../compute/map.js';
import { bigIntegersOf, numbersOf } from '../compute/numbers.js';
import { type Facts, operator } from '../operator.js';
import { broadcastOperands } from '../shape/broadcast.js';
import { likeOf } from '../shape/facts.js';

const pairFacts = (node: Node): readonly Facts[] => [{ dtype: node.dtypeOf(0), shape: broadcastOperands(node) }];

function bitwise(name: string, functions: PairFunctions) {
  return operator(name, {
    traits: ['elementwise'],
    infer: pairFacts,
    compute: ([a, b]) => combine(a, b, functions),
  });
}

/** Bits set in both operands. */
export const bitwiseAnd = bitwise('BitwiseAnd', { integer: (a, b) => a & b, big: (a, b) => a & b });
/** Bits set in one operand or both. */
export const bitwiseOr = bitwise('BitwiseOr', { integer: (a, b) => a | b, big: (a, b) => a | b });
/** Bits set in one operand, but not both. */
export const bitwiseXor = bitwise('BitwiseXor', { integer: (a, b) => a ^ b, big: (a, b) => a ^ b });

/** Every bit turned over. */
export const bitwiseNot = operator('BitwiseNot', {
  traits: ['elementwise'],
  infer: (node) => [likeOf(node.inputs[0])],
  compute: ([a]) =>
    a && isInteger(a.dtype)
      ? mapNumbers(
          a,
          (x) => ~x,
          (x) => ~x,
        )
      : undefined,
});

/** Unsigned integers shifted by B bits. */
export const bitShift = operator('BitShift', {
  traits: ['elementwise'],
  parameters: (node) => {
    const direction = node.string('direction', undefined);
    if (direction !== 'LEFT' && direction !== 'RIGHT') throw node.invalid('direction is neither LEFT nor RIGHT');
    return { direction };
  },
  infer: pairFacts,
  compute: ([a, b], { direction }) => {
    if (!a?.dtype.startsWith('u') || !b || !shiftsWithin(b)) return undefined;
    return combine(
      a,
      b,
      direction === 'LEFT'
        ? { integer: (x, y) => x << y, big: (x, y) => x << y }
        : { integer: (x, y) => x >>> y, big: (x, y) => x >> y },
    );
  },
});

/** Shifting by the width of the type or more is undefined in the engines. */
function shiftsWithin(amounts: Tensor): boolean {
  const counts = bigIntegersOf(amounts) ?? numbersOf(amounts);
  return counts?.every((count: number | bigint) => count >= 0 && count < 8 * counts.BYTES_PER_ELEMENT) ?? false;
}
