import { paddingAttributes, paddingOf } from '../padding.js';
import type { ReadRows } from './row.js';

/** Convolutions and their transposes. The paddings `valid` and `same` are read as numbers, which the sizes decide. */
export const convolutions: ReadRows = {
  conv(operation, to) {
    const kernel = operation.shapeOf('weight').slice(2);
    const ones = kernel.map(() => 1);
    const strides = operation.ints('strides', ones);
    const dilations = operation.ints('dilations', ones);
    const extents = kernel.map((size, axis) => (dilations[axis] ?? 1) * (size - 1) + 1);
    const padding = paddingAttributes(operation, extents, strides);
    const inputs = [operation.tensor(), operation.tensor('weight'), operation.optionalTensor('bias')];
    return to.node('Conv', inputs, { strides, dilations, ...padding, group: operation.int('groups', 1) });
  },

  /** `pad` is cropped from the full result; what `output_shape` asks beyond it are zeros at the end, and the bias. */
  conv_transpose(operation, to) {
    const kernel = operation.shapeOf('weight').slice(2);
    const ones = kernel.map(() => 1);
    if (!['valid', 'custom'].includes(operation.text('pad_type', 'valid'))) {
      throw operation.invalid('pad_type is neither valid nor custom');
    }
    const strides = operation.ints('strides', ones);
    const dilations = operation.ints('dilations', ones);
    const pads = paddingOf(operation, ones, strides);
    const begins = pads.slice(0, kernel.length);
    const wanted = operation.optionalInts('output_shape')?.slice(2);
    const ends = kernel.map((size, axis) => {
      const asked = wanted?.[axis];
      if (asked === undefined) return pads[axis + kernel.length] ?? 0;
      const extent = (dilations[axis] ?? 1) * (size - 1) + 1;
      const full = ((operation.shapeOf()[axis + 2] ?? 1) - 1) * (strides[axis] ?? 1) + extent;
      return full - (begins[axis] ?? 0) - asked;
    });
    const inputs = [operation.tensor(), operation.tensor('weight'), operation.optionalTensor('bias')];
    return to.node('ConvTranspose', inputs, {
      strides,
      dilations,
      pads: [...begins, ...ends.map((end) => Math.max(0, end))],
      output_padding: ends.map((end) => Math.max(0, -end)),
      group: operation.int('groups', 1),
    });
  },
};
