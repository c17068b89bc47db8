import type { OperationReader } from '../operation-reader.js';
import { paddingAttributes } from '../padding.js';
import type { ReadRows } from './row.js';

/** Pools over the spatial axes of [N, C, D…]. */
export const pools: ReadRows = {
  max_pool: (operation, to) => to.node('MaxPool', [operation.tensor()], windowOf(operation)),

  avg_pool(operation, to) {
    const excludes = operation.bool('exclude_padding_from_average', false);
    return to.node('AveragePool', [operation.tensor()], {
      ...windowOf(operation),
      count_include_pad: excludes ? 0 : 1,
    });
  },
};

function windowOf(operation: OperationReader) {
  const kernel = operation.ints('kernel_sizes');
  const strides = operation.ints(
    'strides',
    kernel.map(() => 1),
  );
  const padding = paddingAttributes(operation, kernel, strides);
  const pads = 'pads' in padding ? padding.pads : [];
  const rounds = operation.bool('ceil_mode', false);
  const axes = kernel.length;
  if (rounds && kernel.some((_, axis) => pads[axis] !== pads[axis + axes])) {
    throw operation.invalid('ceil_mode takes the same padding on both sides');
  }
  return { kernel_shape: kernel, strides, ...padding, ceil_mode: rounds ? 1 : 0 };
}
