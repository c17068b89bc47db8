import { trilu } from '../../operators/index.js';
import { decline } from '../decline.js';
import { expectArithmetic } from '../operands.js';
import { commonRow } from '../row.js';

/** A product with a mask of ones and zeros. */
export const triluRow = commonRow(trilu, (site, { upper, k }) => {
  const { build } = site;
  if (k === undefined) return decline('a diagonal that is computed');
  expectArithmetic(site);
  const [rows, columns] = site.onnxShape(0).slice(-2);
  if (typeof rows !== 'number' || typeof columns !== 'number') return decline('a matrix of unknown size');
  const isKept = (at: number) =>
    upper ? (at % columns) - Math.floor(at / columns) >= k : (at % columns) - Math.floor(at / columns) <= k;
  const mask = Array.from({ length: rows * columns }, (_, at) => Number(isKept(at)));
  const shape = [rows, columns];
  return build.mul(site.input(0), site.kind(0) === 'float32' ? build.floats(mask, shape) : build.ints(mask, shape));
});
