import { isStatic, type Node, Tensor, type Value } from '../model/index.js';
import { type ConvTransposeParameters, convTranspose } from '../operators/index.js';
import { Writer } from './composites/writer.js';
import type { Pass } from './pass.js';
import { replaceNode } from './replace-node.js';

/**
 * Writes a transposed convolution of volumes by two of images, for targets whose own take two axes.
 *
 * Given: `y = ConvTranspose(x, W, b)`, x [N, C, depth, height, width].
 * Result: one over height and width of every layer by itself, which gives a result for each tap of the kernel along the depth; and
 * one over the depth, whose kernel holds a single 1 for each tap, that adds these up where they belong.
 * Exact: the same products; engines add in another order.
 * Keeps off: sizes that are not known; a computed kernel.
 */
export const spellTransposedVolumes: Pass = {
  name: 'spell-transposed-volumes',
  run(graph, changes) {
    for (const node of graph.nodesOf('ConvTranspose')) {
      const y = node.input(0).rank === 5 ? byImages(node) : undefined;
      if (y) replaceNode(node, y, changes);
    }
  },
};

function byImages(node: Node): Value | undefined {
  const x = node.input(0);
  const kernel = node.input(1).constant;
  const parameters = convTranspose.parameters(node);
  const { pads, outputPadding, group, strides, dilations } = parameters;
  const [shape, result] = [x.shape, node.output().shape];
  if (!kernel || !pads || !outputPadding || !shape || !result || !isStatic(shape) || !isStatic(result))
    return undefined;
  const [batch = 1, channels = 1, depth = 1, ...plane] = shape;
  const [, outputs = 1, resultDepth = 1, ...resultPlane] = result;
  const [inputs = 1, perGroup = 1, taps = 1, ...window] = kernel.shape;
  const writer = new Writer(node);

  const layers = writer.reshape(writer.transpose(x, [0, 2, 1, 3, 4]), [batch * depth, channels, ...plane]);
  // Results of each tap stand beside each other, as the kernel has them.
  const flat = node.graph.addConstant(kernel.reshape([inputs, perGroup * taps, ...window]));
  const images = writer.write('ConvTranspose', [layers, flat], { group, ...alongPlane(parameters) });
  const pixels = outputs * resultPlane.reduce((product, size) => product * size, 1);
  const apart = writer.reshape(images, [batch, depth, outputs, taps, pixels / outputs]);
  const columns = writer.reshape(writer.transpose(apart, [0, 3, 1, 2, 4]), [batch, taps, depth, pixels]);
  const [hole = 1, stride = 1] = [dilations[0], strides[0]];
  const added = writer.write('ConvTranspose', [columns, node.graph.addConstant(ones(kernel, taps, hole))], {
    strides: [stride, 1],
    pads: [pads[0] ?? 0, 0, pads[3] ?? 0, 0],
    output_padding: [outputPadding[0] ?? 0, 0],
  });
  const volume = writer.reshape(added, [batch, resultDepth, outputs, ...resultPlane]);
  const turned = writer.transpose(volume, [0, 2, 1, 3, 4]);
  return node.hasInput(2) ? writer.add(turned, writer.reshape(node.input(2), [1, outputs, 1, 1, 1])) : turned;
}

/** What holds of height and width. */
function alongPlane({ strides, dilations, pads = [], outputPadding = [] }: ConvTransposeParameters) {
  return {
    strides: strides.slice(1),
    dilations: dilations.slice(1),
    pads: [...pads.slice(1, 3), ...pads.slice(4)],
    output_padding: outputPadding.slice(1),
  };
}

/** For each tap a kernel along the depth that is 1 at its place. */
function ones({ dtype }: Tensor, taps: number, hole: number): Tensor {
  const length = (taps - 1) * hole + 1;
  const values = new Float32Array(taps * length);
  for (let tap = 0; tap < taps; tap++) values[tap * length + tap * hole] = 1;
  return Tensor.from(dtype, [taps, 1, length, 1], values);
}
