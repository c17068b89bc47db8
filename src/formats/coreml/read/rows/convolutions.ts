import { paddingOf } from '../padding.js';
import type { ReadRows } from './row.js';

export const convolutions: ReadRows = {
  conv(operation, to) {
    const kernel = operation.shapeOf('weight').slice(2);
    const ones = kernel.map(() => 1);
    const strides = operation.ints('strides', ones);
    const dilations = operation.ints('dilations', ones);
    const extents = kernel.map((size, axis) => (dilations[axis] ?? 1) * (size - 1) + 1);
    const pads = paddingOf(operation, extents, strides);
    const inputs = [operation.tensor(), operation.tensor('weight'), operation.optionalTensor('bias')];
    return to.node('Conv', inputs, { strides, dilations, pads, group: operation.int('groups', 1) });
  },

  conv_transpose(operation, to) {
    const ones = operation
      .shapeOf('weight')
      .slice(2)
      .map(() => 1);
    if (operation.has('output_shape')) throw operation.invalid('output_shape is not read here');
    if (!['valid', 'custom'].includes(operation.text('pad_type', 'valid'))) {
      throw operation.invalid('pad_type is neither valid nor custom');
    }
    const strides = operation.ints('strides', ones);
    const pads = paddingOf(operation, ones, strides);
    const inputs = [operation.tensor(), operation.tensor('weight'), operation.optionalTensor('bias')];
    const dilations = operation.ints('dilations', ones);
    return to.node('ConvTranspose', inputs, { strides, dilations, pads, group: operation.int('groups', 1) });
  },
};
