import type { Shape, Value } from '../../model/index.js';
import { hasTrait } from '../../operators/index.js';
import type { BothConstants } from './comparison.js';
import type { Constants } from './constants.js';
import type { Pair } from './impulses.js';
import type { Region } from './region.js';

/** Whether both only say the sizes of one value anew: its elements stay in their order. */
export function isSameOrder({ nodes, operands, target }: Region, written: Region): boolean {
  const isReshaping = [...nodes, ...written.nodes].every((node) => hasTrait(node, 'reshapes'));
  return isReshaping && operands.length === 1 && haveSameSizes(target.shape, written.target.shape);
}

/** As there are as many elements on both sides, one size that is not known follows from the others. */
function haveSameSizes(a: Shape | undefined, b: Shape | undefined): boolean {
  if (!a || a.length !== b?.length) return false;
  const isOpen = (axis: number) => typeof a[axis] !== 'number' || typeof b[axis] !== 'number';
  return a.filter((_, axis) => isOpen(axis)).length <= 1 && a.every((size, axis) => isOpen(axis) || size === b[axis]);
}

/** A value as a constant times powers of others. */
interface Product {
  factor: number;
  readonly powers: Map<Value, number>;
}

/** One float32 rounding is half of this, as a share of the number. */
const ROUNDING = 2 ** -23;

/** Whether both are the same product of the same values, whatever the order in which they are multiplied. */
export function areSameProducts({ source, written }: Pair, constants: BothConstants): boolean {
  const [a, b] = [productOf(source, constants.source), productOf(written, constants.written)];
  if (!a || !b || Math.abs(a.factor - b.factor) > ROUNDING * Math.abs(b.factor)) return false;
  const hasPower = (value: Value, i: number) => a.powers.get(value) === b.powers.get(written.operands[i] ?? value);
  return source.operands.every(hasPower) && source.target.rank === written.target.rank;
}

function productOf({ operands, nodes, target }: Region, constants: Constants): Product | undefined {
  const products = new Map<Value, Product>(
    operands.map((value) => [value, { factor: 1, powers: new Map([[value, 1]]) }]),
  );
  for (const node of nodes) {
    const [a, b] = node.inputs.map((value) => value && (products.get(value) ?? scalarOf(value, constants)));
    if (!a || !b || !node.is('Mul', 'Div')) return undefined;
    const sign = node.is('Mul') ? 1 : -1;
    const powers = new Map(a.powers);
    for (const [value, power] of b.powers) powers.set(value, (powers.get(value) ?? 0) + sign * power);
    products.set(node.output(), { factor: a.factor * b.factor ** sign, powers });
  }
  return products.get(target);
}

function scalarOf(value: Value, constants: Constants): Product | undefined {
  if (value.constant && value.constant.size !== 1) return undefined;
  const known = constants.of(value)?.constant;
  const [factor] = known ?? [];
  return known?.length === 1 && factor !== undefined ? { factor, powers: new Map() } : undefined;
}
