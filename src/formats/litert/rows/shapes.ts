import { decline } from '../../../lowering/decline.js';
import { scalar } from '../../../lowering/operands.js';
import { commonShapeRows } from '../../../lowering/rows/shapes.js';
import { isStatic, sizeOf } from '../../../model/index.js';
import * as operators from '../../../operators/index.js';
import { type Row, row } from '../row.js';

/** Sizes, types and the places of elements. */
export const shapeRows: readonly Row[] = [
  ...commonShapeRows,

  row(operators.size, (site) => {
    const { build } = site;
    const shape = site.onnxShape(0);
    if (isStatic(shape)) return build.int(sizeOf(shape));
    const sizes = build.cast(build.shapeOf(site.input(0)), 'int32', 'float32');
    return build.cast(build.reduce('Prod', sizes, [0], false), 'float32', 'int32');
  }),

  row(operators.eyeLike, (site, { k }) => {
    const kind = site.resultKind();
    const shape = site.staticShape(0);
    const [rows = 0, columns = 0] = shape;
    const ones = Array.from({ length: rows * columns }, (_, at) =>
      Number((at % columns) - Math.floor(at / columns) === k),
    );
    if (kind === 'bool') return decline('of bool');
    return kind === 'float32' ? site.build.floats(ones, shape) : site.build.ints(ones, shape);
  }),

  row(operators.constantOfShape, (site, { value }) => {
    const kind = site.resultKind();
    const [element = 0] = value.toFloat64();
    const { build } = site;
    return build.op('FILL', [site.shapeVector(site.resultShape()), scalar(build, kind, element)]);
  }),
];
