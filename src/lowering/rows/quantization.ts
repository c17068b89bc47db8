import type { DataType } from '../../model/index.js';
import { dequantizeLinear, quantizeLinear } from '../../operators/index.js';
import { decline } from '../decline.js';
import { alongAxis } from '../operands.js';
import { type CommonRow, type CommonSite, commonRow } from '../row.js';

const RANGES: ReadonlyMap<DataType | undefined, readonly [number, number]> = new Map<
  DataType,
  readonly [number, number]
>([
  ['uint8', [0, 255]],
  ['int8', [-128, 127]],
  ['uint16', [0, 65535]],
  ['int16', [-32768, 32767]],
]);

/** A scale or zero point, for the whole tensor or along one axis, as float32 that broadcasts. */
function factor<Ref>(site: CommonSite<Ref>, index: number, axis: number | undefined): Ref {
  const shape = site.onnxShape(index);
  const vector = site.build.cast(site.precise(index), site.kind(index), 'float32');
  if (shape.length === 0) return vector;
  const [length] = shape;
  if (shape.length > 1 || typeof length !== 'number') return decline('with a scale for each block');
  return length === 1
    ? site.reshape(vector, [])
    : alongAxis(site, vector, length, site.axis(axis ?? decline('without an axis')), site.onnxShape(0).length);
}

/** Integers that stand for floats, and back; in float32, by the formulas of ONNX. */
export const quantizationRows: readonly CommonRow[] = [
  /** Rounded to even, as everywhere; integers are held in int32 and kept within their type. */
  commonRow(quantizeLinear, (site, { axis }) => {
    const { build } = site;
    const [low, high] = RANGES.get(site.node.output(0).dtype) ?? decline(`to ${site.node.output(0).dtype}`);
    const x = build.cast(site.input(0), site.kind(0), 'float32');
    const rounded = build.apply('Round', build.div(x, factor(site, 1, axis)));
    const shifted = site.has(2) ? build.add(rounded, factor(site, 2, axis)) : rounded;
    return build.cast(build.clip(shifted, low, high), 'float32', 'int32');
  }),
  commonRow(dequantizeLinear, (site, { axis }) => {
    const { build } = site;
    const x = build.cast(site.input(0), site.kind(0), 'float32');
    const centred = site.has(2) ? build.sub(x, factor(site, 2, axis)) : x;
    return build.mul(centred, factor(site, 1, axis));
  }),
];
