import { type Dimension, type Node, type Shape, sizeOf } from '../../model/index.js';
import { broadcastStatic, placesIn } from '../compute/broadcast-walk.js';
import { Cells } from '../compute/cells.js';
import { numbersOf } from '../compute/numbers.js';
import { operator } from '../operator.js';
import { broadcastOperands } from '../shape/broadcast.js';
import { mayHaveElements } from '../shape/elements.js';

/** X where the condition holds, else Y, with broadcasting. */
export const where = operator('Where', {
  traits: ['elementwise'],
  infer: (node) => {
    const shape = broadcastOperands(node);
    return [{ dtype: node.dtypeOf(1) ?? node.dtypeOf(2), shape, elements: chosen(node, shape) }];
  },
  compute: ([condition, x, y]) => {
    if (!condition || !x || !y || x.dtype !== y.dtype) return undefined;
    const shape = broadcastStatic([condition.shape, x.shape, y.shape]);
    const tests = numbersOf(condition);
    const [cellsX, cellsY] = [Cells.of(x), Cells.of(y)];
    const result = shape && Cells.zeros(x.dtype, sizeOf(shape));
    if (!tests || !cellsX || !cellsY || !result) return undefined;
    const [places, placesX, placesY] = [condition, x, y].map((tensor) => placesIn(tensor.shape, shape));
    for (let i = 0; i < sizeOf(shape); i++) {
      if (tests[places?.[i] ?? i]) result.copy(i, cellsX, placesX?.[i] ?? i);
      else result.copy(i, cellsY, placesY?.[i] ?? i);
    }
    return [result.toTensor(shape)];
  },
});

/** Elements of a short integer result, where every choice is known or makes no difference. */
function chosen(node: Node, shape: Shape | undefined): Dimension[] | undefined {
  const [conditions, xs, ys] = [0, 1, 2].map((index) => node.inputs[index]?.elements);
  if (!xs || !ys || !mayHaveElements(shape)) return undefined;
  const at = (list: Shape | undefined, i: number) => list?.[list.length === 1 ? 0 : i];
  const result = Array.from({ length: sizeOf(shape) }, (_, i) => {
    const [condition, x, y] = [at(conditions, i), at(xs, i), at(ys, i)];
    if (x === y) return x;
    return typeof condition === 'number' ? (condition === 0 ? y : x) : undefined;
  });
  const known = result.filter((element) => element !== undefined);
  return known.length === result.length ? known : undefined;
}
