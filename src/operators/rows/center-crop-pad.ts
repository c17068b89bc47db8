import { operator } from '../operator.js';
import { resolveAxes } from '../shape/axes.js';
import { shaped } from '../shape/facts.js';
import { shapeGivenBy, unknownSize } from '../shape/unknown.js';

export interface CenterCropPadParameters {
  /** From the front where the rank is known; undefined: all. */
  readonly axes: readonly number[] | undefined;
}

/** Crops or pads each axis on both sides to the size asked for. */
export const centerCropPad = operator('CenterCropPad', {
  traits: [],
  parameters: (node): CenterCropPadParameters => {
    const axes = node.ints('axes', undefined);
    return { axes: axes && resolveAxes(node, axes, node.input(0).rank) };
  },
  infer: (node, { axes }) => {
    const input = node.input(0);
    const sizes = shapeGivenBy(node, node.input(1));
    const shape = input.shape?.map((size, axis) => {
      const at = axes ? axes.indexOf(axis) : axis;
      return at < 0 ? size : (sizes?.[at] ?? unknownSize(node));
    });
    return [shaped(input, shape)];
  },
});
