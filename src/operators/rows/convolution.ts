import { type DataType, type Dimension, type Node, sizeOf } from '../../model/index.js';
import { convolve } from '../compute/convolve.js';
import { type Facts, operator } from '../operator.js';
import { checkBias, checkPadding, checkRanks, kernelOf } from '../shape/kernel.js';
import { slide, type Window, windowOf } from '../shape/sliding-window.js';

export interface ConvParameters extends Window {
  readonly group: number;
}

/** The weight's position differs between the plain and the quantized convolutions. */
function convParameters(node: Node, weightIndex = 1): ConvParameters {
  const input = node.inputs[0]?.shape;
  const weight = node.inputs[weightIndex]?.shape;
  const group = node.int('group', 1);
  if (group < 1) throw node.invalid(`group ${group} is below 1`);
  checkRanks(node, input, weight);
  const [outputs, perGroup] = weight ?? [];
  if (outputs === 0) throw node.invalid('the weight has no output channels');
  if (typeof outputs === 'number' && outputs % group !== 0) {
    throw node.invalid(`group ${group} does not divide the ${outputs} output channels`);
  }
  checkChannels(node, input?.[1], perGroup, group);
  const window = windowOf(node, kernelOf(node, weight), input?.slice(2));
  checkPadding(node, window);
  return { ...window, group };
}

function checkChannels(
  node: Node,
  channels: Dimension | undefined,
  perGroup: Dimension | undefined,
  group: number,
): void {
  if (typeof channels !== 'number') return;
  if (typeof perGroup !== 'number' ? channels % group !== 0 : channels !== perGroup * group) {
    throw node.invalid(
      `${channels} input channels do not fit group ${group} and ${perGroup} channels per group in the weight`,
    );
  }
}

/** X [N, C, D…], W [M, C/group, k…] gives [N, M, D'…]. */
function convFacts(node: Node, parameters: ConvParameters, dtype: DataType | undefined, weightIndex = 1): Facts[] {
  const input = node.inputs[0]?.shape;
  const channels = node.inputs[weightIndex]?.shape?.[0] ?? node.graph.model.freshSymbol();
  if (!input) return [{ dtype }];
  const [batch = 1, , ...spatial] = input;
  return [{ dtype, shape: [batch, channels, ...slide(node, parameters, spatial)] }];
}

/** Convolution (cross-correlation): X [N, C, D…], W [M, C/group, k…], B [M]. */
export const conv = operator('Conv', {
  traits: ['product', 'forgetsSignOfZero', 'spatial'],
  parameters: (node) => {
    const parameters = convParameters(node);
    checkBias(node, node.inputs[2], node.inputs[1]?.shape?.[0]);
    return parameters;
  },
  multiplyAccumulates: ([, w = []], y) => sizeOf(w) * sizeOf(y.filter((_, axis) => axis !== 1)),
  infer: (node, parameters) => convFacts(node, parameters, node.dtypeOf(0)),
  compute: ([input, weight, bias], { pads, ...parameters }) =>
    input && weight && pads && convolve(input, weight, bias, { ...parameters, pads }),
});

/** Convolution of 8-bit integers into int32. */
export const convInteger = operator('ConvInteger', {
  traits: [],
  parameters: (node) => convParameters(node),
  infer: (node, parameters) => convFacts(node, parameters, 'int32'),
});

/** Convolution of quantized numbers: x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, B. */
export const qLinearConv = operator('QLinearConv', {
  traits: [],
  parameters: (node) => convParameters(node, 3),
  infer: (node, parameters) => convFacts(node, parameters, node.dtypeOf(7), 3),
});
