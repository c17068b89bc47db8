import type { ReadRow, ReadRows } from './row.js';

/** Activations of one operand with numbers for arguments. */
const withNumbers =
  (operator: string, ...names: readonly string[]): ReadRow =>
  (operation, to) => {
    const attributes = Object.fromEntries(names.map((name) => [name, { float: operation.float(name) }]));
    return to.node(operator, [operation.tensor()], attributes);
  };

/** Activations; what ONNX has no operator for is read as arithmetic. */
export const activations: ReadRows = {
  relu: withNumbers('Relu'),
  sigmoid: withNumbers('Sigmoid'),
  softplus: withNumbers('Softplus'),
  softsign: withNumbers('Softsign'),
  leaky_relu: withNumbers('LeakyRelu', 'alpha'),
  elu: withNumbers('Elu', 'alpha'),
  sigmoid_hard: withNumbers('HardSigmoid', 'alpha', 'beta'),

  relu6: (operation, to) => to.node('Clip', [operation.tensor(), to.number(0), to.number(6)]),
  clip: (operation, to) =>
    to.node('Clip', [operation.tensor(), to.number(operation.float('alpha')), to.number(operation.float('beta'))]),
  threshold: (operation, to) => to.node('Max', [operation.tensor(), to.number(operation.float('alpha'))]),

  silu(operation, to) {
    const x = operation.tensor();
    return to.node('Mul', [x, to.node('Sigmoid', [x])]);
  },

  /** x from alpha on, else 0; ONNX's own makes 0 of alpha itself. */
  thresholded_relu(operation, to) {
    const x = operation.tensor();
    const above = to.node('GreaterOrEqual', [x, to.number(operation.float('alpha'))]);
    return to.node('Where', [above, x, to.number(0)]);
  },

  clamped_relu(operation, to) {
    const x = to.node('LeakyRelu', [operation.tensor()], { alpha: { float: operation.float('alpha') } });
    return to.node('Min', [x, to.number(operation.float('beta'))]);
  },

  linear_activation(operation, to) {
    const product = to.node('Mul', [operation.tensor(), to.number(operation.float('alpha'))]);
    return to.node('Add', [product, to.number(operation.float('beta'))]);
  },

  scaled_tanh(operation, to) {
    const inner = to.node('Mul', [operation.tensor(), to.number(operation.float('beta'))]);
    return to.node('Mul', [to.node('Tanh', [inner]), to.number(operation.float('alpha'))]);
  },

  gelu(operation, to) {
    const x = operation.tensor();
    const mode = operation.text('mode', 'EXACT');
    switch (mode) {
      case 'EXACT':
        return to.node('Gelu', [x], { approximate: 'none' });
      case 'TANH_APPROXIMATION':
        return to.node('Gelu', [x], { approximate: 'tanh' });
      case 'SIGMOID_APPROXIMATION':
        return to.node('Mul', [x, to.node('Sigmoid', [to.node('Mul', [x, to.number(1.702)])])]);
      default:
        throw operation.invalid(`mode is ${mode}`);
    }
  },

  softmax: (operation, to) => to.node('Softmax', [operation.tensor()], { axis: operation.int('axis', -1) }),
};
