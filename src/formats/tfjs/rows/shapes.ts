import { scalar } from '../../../lowering/operands.js';
import { commonShapeRows } from '../../../lowering/rows/shapes.js';
import { isStatic } from '../../../model/index.js';
import * as operators from '../../../operators/index.js';
import { type Row, row } from '../row.js';

/** Sizes, types and the places of elements. */
export const shapeRows: readonly Row[] = [
  ...commonShapeRows,

  row(operators.size, (site) => site.build.op('Size', [site.input(0)])),

  row(operators.constantOfShape, (site, { value }) => {
    const kind = site.resultKind();
    const [element = 0] = value.toFloat64();
    const { build } = site;
    const sizes = site.resultOnnxShape();
    const dims = isStatic(sizes) ? build.ints(sizes) : site.input(0);
    return build.op('Fill', [dims, scalar(build, kind, element)]);
  }),
];
