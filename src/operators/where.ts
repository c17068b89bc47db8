import { sizeOf } from '../model/index.js';
import { broadcastStatic, placesIn } from './compute/broadcast-walk.js';
import { Cells } from './compute/cells.js';
import { numbersOf } from './compute/numbers.js';
import { operator } from './operator.js';
import { broadcast } from './shape/broadcast.js';

/** X where the condition holds, else Y, with broadcasting. */
export const where = operator('Where', {
  parameters: () => ({}),
  infer: (node) => [
    {
      dtype: node.dtypeOf(1) ?? node.dtypeOf(2),
      shape: broadcast(
        node,
        [0, 1, 2].map((index) => node.inputs[index]?.shape),
      ),
    },
  ],
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
