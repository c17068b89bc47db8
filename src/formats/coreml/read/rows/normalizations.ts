import { isStatic, type Value } from '../../../../model/index.js';
import type { OnnxBuilder } from '../onnx-builder.js';
import type { OperationReader } from '../operation-reader.js';
import type { ReadRows } from './row.js';

const EPSILON = 1e-5;

/** What normalises by a mean and a variance, or by a norm. */
export const normalizations: ReadRows = {
  batch_norm(operation, to) {
    const channels = channelsOf(operation);
    const { scale, shift } = scaleAndShift(operation, to, channels);
    const inputs = [operation.tensor(), scale, shift, operation.tensor('mean'), operation.tensor('variance')];
    return to.node('BatchNormalization', inputs, { epsilon: { float: operation.float('epsilon', EPSILON) } });
  },

  instance_norm(operation, to) {
    const channels = channelsOf(operation);
    const { scale, shift } = scaleAndShift(operation, to, channels);
    const epsilon = { float: operation.float('epsilon', EPSILON) };
    return to.node('InstanceNormalization', [operation.tensor(), scale, shift], { epsilon });
  },

  /** Mean 0 and variance 1 over `axes`, which need not be the last ones; gamma and beta have their shape. */
  layer_norm(operation, to) {
    const x = operation.tensor();
    const { shape } = operation.typeOf();
    const axes = operation.ints('axes').map((axis) => (axis < 0 ? axis + shape.length : axis));
    const mean = (of: Value) => to.node('ReduceMean', [of, to.ints(axes)], { keepdims: 1 });
    const centred = to.node('Sub', [x, mean(x)]);
    const variance = mean(to.node('Mul', [centred, centred]));
    const sum = to.node('Add', [variance, to.number(operation.float('epsilon', EPSILON))]);
    const normalized = to.node('Div', [centred, to.node('Sqrt', [sum])]);
    const [gamma, beta] = [operation.optionalTensor('gamma'), operation.optionalTensor('beta')];
    const sizes = shape.map((size, axis) => (axes.includes(axis) ? size : 1));
    if (!isStatic(sizes)) {
      if (gamma || beta) throw operation.invalid('its axes are open, and it has a gamma or beta');
      return normalized;
    }
    const along = to.ints(sizes);
    const scaled = gamma ? to.node('Mul', [normalized, to.node('Reshape', [gamma, along])]) : normalized;
    return beta ? to.node('Add', [scaled, to.node('Reshape', [beta, along])]) : scaled;
  },
};

function channelsOf(operation: OperationReader): number {
  const channels = operation.typeOf().shape[1] ?? 1;
  if (typeof channels === 'number') return channels;
  throw operation.invalid('its number of channels is open');
}

/** gamma and beta, one for each channel; 1 and 0 where they are left out. */
function scaleAndShift(operation: OperationReader, to: OnnxBuilder, channels: number) {
  const filled = (value: number) => to.floats([channels], new Float32Array(channels).fill(value));
  return {
    scale: operation.optionalTensor('gamma') ?? filled(1),
    shift: operation.optionalTensor('beta') ?? filled(0),
  };
}
