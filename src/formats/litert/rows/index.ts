import { quantizationRows } from '../../../lowering/rows/quantization.js';
import type { Row } from '../row.js';
import { activationRows } from './activations.js';
import { arithmeticRows } from './arithmetic.js';
import { blockRows } from './blocks.js';
import { convolutionRows } from './convolution.js';
import { einsumRows } from './einsum.js';
import { functionRows } from './functions.js';
import { gatheringRows } from './gathering.js';
import { normalizationRows } from './normalization.js';
import { poolingRows } from './pooling.js';
import { productRows } from './products.js';
import { reductionRows } from './reduction.js';
import { resizeRows } from './resize.js';
import { selectionRows, unsizedRows } from './selection.js';
import { shapeRows } from './shapes.js';
import { slicingRows } from './slicing.js';
import { transposedConvolutionRows } from './transposed-convolution.js';

/** Every ONNX operator that can be written, by name. What is not here has no row, and is refused by name. */
export const rows: ReadonlyMap<string, Row> = new Map(
  [
    ...convolutionRows,
    ...transposedConvolutionRows,
    ...poolingRows,
    ...productRows,
    ...einsumRows,
    ...normalizationRows,
    ...activationRows,
    ...functionRows,
    ...arithmeticRows,
    ...reductionRows,
    ...shapeRows,
    ...slicingRows,
    ...gatheringRows,
    ...selectionRows,
    ...resizeRows,
    ...blockRows,
    ...quantizationRows,
  ].map((row) => [row.operator, row]),
);

/** The same with those that are always refused, for a reason of their own. */
export const rowsAndRefusals: ReadonlyMap<string, Row> = new Map([
  ...rows,
  ...unsizedRows.map((row) => [row.operator, row] as const),
]);
