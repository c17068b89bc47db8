import type { DataType, Dimension, Model } from '../../model/index.js';

/** Least and greatest of each type whose arithmetic is followed; of int64 what a number holds exactly. */
const RANGES: ReadonlyMap<DataType | undefined, readonly [number, number]> = new Map([
  ['int8', [-(2 ** 7), 2 ** 7 - 1]],
  ['uint8', [0, 2 ** 8 - 1]],
  ['int16', [-(2 ** 15), 2 ** 15 - 1]],
  ['uint16', [0, 2 ** 16 - 1]],
  ['int32', [-(2 ** 31), 2 ** 31 - 1]],
  ['uint32', [0, 2 ** 32 - 1]],
  ['int64', [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]],
]);

/** What symbols may come to in int64, where nobody has to know them exactly. */
const WIDEST = 2 ** 63;

/** Whether an integer type holds every element, whatever its symbol comes to; else arithmetic or a cast could wrap. */
export function fitAll(model: Model, elements: readonly Dimension[], dtype: DataType | undefined): boolean {
  const range = RANGES.get(dtype);
  if (!range) return false;
  const [least, most] = range;
  return elements.every((element) => {
    if (typeof element === 'number') return element >= least && element <= most;
    return dtype === 'int64' ? model.largestOf(element) < WIDEST : model.largestOf(element) <= most;
  });
}
