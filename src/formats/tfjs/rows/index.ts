import { quantizationRows } from '../../../lowering/rows/quantization.js';
import type { Row } from '../row.js';
import { activationRows } from './activations.js';
import { arithmeticRows } from './arithmetic.js';
import { blockRows } from './blocks.js';
import { convRow } from './convolution.js';
import { einsumRows } from './einsum.js';
import { functionRows } from './functions.js';
import { gatheringRows } from './gathering.js';
import { normalizationRows } from './normalization.js';
import { averagePoolRow, globalAveragePoolRow, globalMaxPoolRow, maxPoolRow } from './pooling.js';
import { productRows } from './products.js';
import { reductionRows } from './reduction.js';
import { resizeRows } from './resize.js';
import { selectionRows } from './selection.js';
import { shapeRows } from './shapes.js';
import { slicingRows } from './slicing.js';
import { convTransposeRow } from './transposed-convolution.js';

/** Every ONNX operator that can be written, by name. What is not here has no row, and is refused by name. */
export const rows: ReadonlyMap<string, Row> = new Map(
  [
    convRow,
    convTransposeRow,
    maxPoolRow,
    averagePoolRow,
    globalAveragePoolRow,
    globalMaxPoolRow,
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
