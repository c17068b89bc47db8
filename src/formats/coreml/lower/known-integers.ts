import { isInteger, type Value } from '../../../model/index.js';

/** The integers of a value, in row-major order, where they are known before the network runs. */
export function knownIntegers(value: Value): readonly number[] | undefined {
  if (value.constant && isInteger(value.constant.dtype)) return value.constant.toIntegers();
  const numbers = value.elements?.filter((element) => typeof element === 'number');
  return numbers && numbers.length === value.elements?.length ? numbers : undefined;
}
