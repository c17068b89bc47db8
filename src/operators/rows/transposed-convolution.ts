import { type Dimension, isStatic, type Node, type Shape, sizeOf } from '../../model/index.js';
import { convolveTransposed } from '../compute/convolve-transposed.js';
import { operator } from '../operator.js';
import { checkBias, checkPadding, checkRanks, kernelOf } from '../shape/kernel.js';
import { multiplied } from '../shape/products.js';
import { checked, distribute, effectiveKernel, type Window, windowOf } from '../shape/sliding-window.js';

export interface ConvTransposeParameters extends Window {
  readonly group: number;
  /**
   * Added at the end of each spatial axis of the result. With `pads` it says all that `output_shape` and `auto_pad` do:
   * `stride * (size - 1) + extent + outputPadding - pads`. undefined where that depends on a size that is not known.
   */
  readonly outputPadding: readonly number[] | undefined;
}

function convTransposeParameters(node: Node): ConvTransposeParameters {
  const input = node.inputs[0]?.shape;
  const weight = node.inputs[1]?.shape;
  const group = node.int('group', 1);
  if (group < 1) throw node.invalid(`group ${group} is below 1`);
  checkRanks(node, input, weight);
  const [channels, perGroup] = weight ?? [];
  if (perGroup === 0) throw node.invalid('the weight has no output channels');
  const inputChannels = input?.[1] ?? channels;
  if (typeof inputChannels === 'number') {
    const differs = typeof channels === 'number' && channels !== inputChannels;
    if (differs || inputChannels % group !== 0) {
      throw node.invalid(
        `${inputChannels} input channels do not fit group ${group} and the weight's ${channels} channels`,
      );
    }
  }
  checkBias(node, node.inputs[2], outputChannels(weight, group));
  const window = windowOf(node, kernelOf(node, weight), undefined);
  checkPadding(node, window);
  return { ...paddingOf(node, window, input?.slice(2)), group };
}

function outputChannels(weight: Shape | undefined, group: number): Dimension | undefined {
  const perGroup = weight?.[1];
  return typeof perGroup === 'number' ? perGroup * group : undefined;
}

/** Resolves `output_shape` and `auto_pad` into padding: what is cut off the full result, or added to it. */
function paddingOf(node: Node, window: Window, spatial: Shape | undefined): Omit<ConvTransposeParameters, 'group'> {
  const axes = window.strides.length;
  const added = checked(node, 'output_padding', node.ints('output_padding', new Array(axes).fill(0)), axes, 0);
  for (const [i, add] of added.entries()) {
    if (add >= Math.max(window.strides[i] ?? 1, window.dilations[i] ?? 1)) {
      throw node.invalid(`output_padding [${added}] is not below strides and dilations`);
    }
  }
  const wanted = wantedShape(node, window, spatial);
  if (!wanted) return { ...window, outputPadding: added };
  const unknown = { ...window, pads: undefined, outputPadding: undefined };
  if (!window.kernelShape) return unknown;
  const surplus: number[] = [];
  for (const [i, extent] of effectiveKernel(window.kernelShape, window.dilations).entries()) {
    const size = spatial?.[i];
    const stride = window.strides[i] ?? 1;
    const sizeWanted = wanted[i];
    // `size * stride` leaves the same surplus for every size, so a symbol does no harm.
    const over = extent - stride + (added[i] ?? 0);
    if (sizeWanted === undefined) surplus.push(over);
    else if (typeof size === 'number') surplus.push(stride * size + over - sizeWanted);
    else return unknown;
  }
  const pads = distribute(
    surplus.map((over) => Math.max(0, over)),
    window.autoPad,
  );
  // Sizes that are asked for in numbers are met by adding to the end; `auto_pad` only ever cuts off.
  const grown = added.map((add, i) => (wanted[i] === undefined ? add : add + Math.max(0, -(surplus[i] ?? 0))));
  return { ...window, pads, outputPadding: grown };
}

/** Spatial sizes that the node asks for; entries are undefined for `size * stride`. undefined: it asks for none. */
function wantedShape(node: Node, window: Window, spatial: Shape | undefined): (number | undefined)[] | undefined {
  const axes = window.strides.length;
  const given = node.ints('output_shape', undefined);
  if (given && given.length > 0) {
    const sizes = given.length === axes + 2 ? given.slice(2) : given;
    return [...checked(node, 'output_shape', sizes, spatial?.length ?? axes, 0)];
  }
  return window.autoPad.startsWith('SAME') ? new Array(axes).fill(undefined) : undefined;
}

/** The transpose of a convolution: X [N, C, D…], W [C, M/group, k…], B [M] gives [N, M, D'…]. */
export const convTranspose = operator('ConvTranspose', {
  traits: ['product', 'forgetsSignOfZero', 'spatial'],
  parameters: convTransposeParameters,
  multiplyAccumulates: ([x = [], w = []]) => sizeOf(w) * sizeOf(x.filter((_, axis) => axis !== 1)),
  infer: (node, parameters) => {
    const dtype = node.dtypeOf(0);
    const [input, weight] = [node.inputs[0]?.shape, node.inputs[1]?.shape];
    if (!input) return [{ dtype }];
    const [batch = 1, , ...spatial] = input;
    const channels = outputChannels(weight, parameters.group) ?? node.graph.model.freshSymbol();
    return [{ dtype, shape: [batch, channels, ...spread(node, parameters, spatial)] }];
  },
  compute: ([input, weight, bias], { pads, ...parameters }, node) => {
    const sizes = input && spread(node, { pads, ...parameters }, input.shape.slice(2));
    if (!input || !weight || !pads || !isStatic(sizes)) return undefined;
    return convolveTransposed(input, weight, bias, { ...parameters, pads }, sizes);
  },
});

function spread(node: Node, parameters: ConvTransposeParameters, spatial: Shape): Dimension[] {
  const { kernelShape, strides, dilations, pads, outputPadding } = parameters;
  const { model } = node.graph;
  const given = node.ints('output_shape', []).slice(-spatial.length);
  if (given.length > 0) return given;
  if (!kernelShape || !pads || !outputPadding) return spatial.map(() => model.freshSymbol());
  return effectiveKernel(kernelShape, dilations).map((extent, i) => {
    const size = spatial[i] ?? 0;
    const stride = strides[i] ?? 1;
    const added = extent - stride + (outputPadding[i] ?? 0) - (pads[i] ?? 0) - (pads[i + spatial.length] ?? 0);
    if (typeof size === 'string') {
      if (stride === 1) return added === 0 ? size : model.derivedSymbol(`${size} + ${added}`);
      const product = multiplied(node, [stride, size]);
      return added === 0 ? product : model.derivedSymbol(`${product} + ${added}`);
    }
    const result = size * stride + added;
    if (result < 0) throw node.invalid(`pads [${pads}] leave nothing of spatial axis ${i}`);
    return result;
  });
}
