import { type Graph, type Node, Tensor } from '../../../model/index.js';
import { conv } from '../../../operators/rows/convolution.js';
import { productClassOf } from '../../static/macs.js';
import type { Rewriting } from '../rewriting.js';

const SMALL = 3;

/** 3x3 in the place of larger depthwise kernels, by the weights in their middle: as they stand they would have to be trained. */
export const shrinkDepthwiseKernels: Rewriting = {
  name: 'depthwise-3x3',
  what: '3x3 in the place of larger depthwise kernels',
  isExact: false,
  rewrite(graph) {
    const places = graph.nodesOf('Conv').filter(isShrinkable);
    for (const node of places) shrink(graph, node);
    return places.length;
  },
};

/** Whether it is depthwise, of two axes, larger and odd, steps on every pixel, and its borders can move in with it. */
function isShrinkable(node: Node): boolean {
  if (productClassOf(node) !== 'depthwise' || !node.constant(1)) return false;
  const { kernelShape: kernel, dilations, pads } = conv.parameters(node);
  if (kernel?.length !== 2 || !pads) return false;
  const isLarger = kernel.every((size) => size % 2 === 1 && size >= SMALL) && kernel.some((size) => size > SMALL);
  return isLarger && dilations.every((step) => step === 1) && pads.every((pad, at) => pad >= margin(kernel, at));
}

function shrink(graph: Graph, node: Node): void {
  const { kernelShape: kernel = [], pads = [] } = conv.parameters(node);
  const weight = node.constant(1);
  if (!weight) return;
  const [height = 0, width = 0] = kernel;
  const values = weight.toFloat64();
  const channels = weight.shape[0] ?? 0;
  const middle = Float64Array.from({ length: channels * SMALL * SMALL }, (_, at) => {
    const [channel, place] = [Math.floor(at / (SMALL * SMALL)), at % (SMALL * SMALL)];
    const row = Math.floor(place / SMALL) + (height - SMALL) / 2;
    const column = (place % SMALL) + (width - SMALL) / 2;
    return values[(channel * height + row) * width + column] ?? 0;
  });
  const inner = Tensor.from(weight.dtype, [channels, 1, SMALL, SMALL], middle);
  graph.setInput(node, 1, graph.addConstant(inner));
  node.attributes.set('kernel_shape', { kind: 'ints', value: [SMALL, SMALL] });
  node.attributes.set('pads', { kind: 'ints', value: pads.map((pad, at) => pad - margin(kernel, at)) });
  node.attributes.delete('auto_pad');
}

/** How far the border at a place of `pads` moves in: both of an axis by half of what the kernel loses there. */
function margin(kernel: readonly number[], at: number): number {
  return ((kernel[at % kernel.length] ?? SMALL) - SMALL) / 2;
}
