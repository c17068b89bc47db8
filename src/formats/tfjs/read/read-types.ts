import type { Json } from '../../json.js';
import type { Kind } from '../program.js';

/** Element types by TensorFlow's names and numbers, as what the loader makes of them. */
const KINDS: ReadonlyMap<unknown, Kind> = new Map(
  (
    [
      ['DT_FLOAT', 1, 'float32'],
      ['DT_DOUBLE', 2, 'float32'],
      ['DT_INT32', 3, 'int32'],
      ['DT_UINT8', 4, 'int32'],
      ['DT_INT8', 6, 'int32'],
      ['DT_INT64', 9, 'int32'],
      ['DT_BOOL', 10, 'bool'],
      ['DT_HALF', 19, 'float32'],
    ] as const
  ).flatMap(([name, number, kind]): [unknown, Kind][] => [
    [name, kind],
    [number, kind],
  ]),
);

/** An element type that TensorFlow.js computes in. @throws InputError for all others */
export function readKind(json: Json): Kind {
  return json.oneOf(KINDS);
}

/** Sizes of a `TensorShapeProto`, undefined where any will do; undefined as a whole where it says no rank. */
export function readShape(json: Json): (number | undefined)[] | undefined {
  if (!json.isThere || json.at('unknownRank').raw === true) return undefined;
  const dimensions = json.at('dim');
  if (!dimensions.isThere) return [];
  return dimensions.list().map((dimension) => {
    const size = dimension.at('size').integer(-1);
    return size < 0 ? undefined : size;
  });
}
