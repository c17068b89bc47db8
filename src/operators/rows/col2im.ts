import { operator } from '../operator.js';
import { integersAt } from '../shape/constants.js';
import { shaped } from '../shape/facts.js';
import { divided } from '../shape/products.js';
import { shapeGivenBy, unknownSize } from '../shape/unknown.js';

/** Columns [N, C * block, L] summed into an image [N, C, ...image_shape]. */
export const col2Im = operator('Col2Im', {
  traits: [],
  parameters: (node) => ({ blockShape: integersAt(node, 2, 'block_shape') }),
  infer: (node, { blockShape }) => {
    const input = node.input(0);
    const image = shapeGivenBy(node, node.input(1));
    if (!image) return [shaped(input, undefined)];
    const [n = unknownSize(node), columns] = input.shape ?? [];
    const channels = blockShape && columns !== undefined ? divided(node, [columns], blockShape) : unknownSize(node);
    if (Number.isNaN(channels)) throw node.invalid(`${columns} rows are no multiple of block [${blockShape}]`);
    return [shaped(input, [n, channels, ...image])];
  },
});
