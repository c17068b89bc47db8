import { type DataType, isFloat, type Node, type Tensor } from '../../model/index.js';
import { mapFloats, mapNumbers } from '../compute/map.js';
import { operator } from '../operator.js';
import { scalarAt } from '../shape/constants.js';
import { likeOf } from '../shape/facts.js';

/** Largest finite numbers, which the standard takes for bounds that are left out. */
const LARGEST: ReadonlyMap<DataType, number> = new Map([
  ['float16', 65504],
  ['bfloat16', 2 ** 128 - 2 ** 120],
  ['float32', 2 ** 128 - 2 ** 104],
  ['float64', Number.MAX_VALUE],
]);

function clipParameters(node: Node) {
  const byAttribute = node.opset < 11;
  const boundAt = (index: number, name: string, absent: number) => {
    if (byAttribute) return node.float(name, absent);
    return node.hasInput(index) ? scalarAt(node, index, name) : absent;
  };
  const min = boundAt(1, 'min', Number.NEGATIVE_INFINITY);
  const max = boundAt(2, 'max', Number.POSITIVE_INFINITY);
  // Exporters spell "no bound" as the largest number of the type.
  const largest = LARGEST.get(node.dtypeOf(0) ?? 'float32') ?? Number.POSITIVE_INFINITY;
  return {
    /** -Infinity where there is no bound; undefined: computed in the graph. */
    min: min !== undefined && min <= -largest ? Number.NEGATIVE_INFINITY : min,
    /** Infinity where there is no bound; undefined: computed in the graph. */
    max: max !== undefined && max >= largest ? Number.POSITIVE_INFINITY : max,
  };
}

/** `min(max, max(min, x))`. */
export const clip = operator('Clip', {
  traits: ['elementwise'],
  parameters: clipParameters,
  infer: (node) => [likeOf(node.inputs[0])],
  compute: ([input, low, high], { min, max }) => {
    if (!input || min === undefined || max === undefined) return undefined;
    if (isFloat(input.dtype)) {
      const largest = LARGEST.get(input.dtype) ?? Number.POSITIVE_INFINITY;
      return mapFloats(input, clipTo(Math.max(min, -largest), Math.min(max, largest)));
    }
    return mapNumbers(input, clipTo(min, max), clipToBig(low, high));
  },
});

/** By comparisons, so that -0 and NaN pass. */
function clipTo(min: number, max: number) {
  return (x: number) => {
    if (x > max || (max < min && !Number.isNaN(x))) return max;
    if (x < min) return min;
    return x;
  };
}

/** For 64-bit integers, whose bounds a number may not hold. */
function clipToBig(low: Tensor | undefined, high: Tensor | undefined) {
  const [min] = low?.toBigInts() ?? [];
  const [max] = high?.toBigInts() ?? [];
  return (x: bigint) => {
    if (max !== undefined && (x > max || (min !== undefined && max < min))) return max;
    if (min !== undefined && x < min) return min;
    return x;
  };
}
