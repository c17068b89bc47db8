import type { Graph, Node } from '../model/index.js';
import { absorbDownward } from './affine/absorb-downward.js';
import { absorbUpward } from './affine/absorb-upward.js';
import { isActivationConstant } from './affine/activation-constant.js';
import { addedConstantOf } from './affine/added-constant.js';
import { type ChannelAffine, channelAffineOf } from './affine/channel-affine.js';
import { isShifted } from './affine/scaled-weights.js';
import type { Changes, Pass } from './pass.js';

/**
 * Moves a scale and shift along one axis to weights that can do its work, where `fuse-affine` sees no single map.
 *
 *   Given: BatchNorm(Concat(Relu(a), Conv(x))).   Result: Concat(…) with the batch norm's share inside each branch.
 *
 * Upwards through Concat, reshapes, transposes, copies, means, poolings, ReLU (a positive scale), sums and constants of any
 * shape that are added into Conv, ConvTranspose, Gemm and MatMul; a batch norm also downwards, where every reader can take
 * it, and so does the scale of `(x - mean) / std`, whose shift stays before a padding. Exact in real arithmetic; constants
 * are rounded once.
 * Keeps off a shift before padding, values that others read, and constants that belong to an activation's formula.
 */
export const moveScales: Pass = {
  name: 'move-scales',
  run(graph, changes) {
    for (const node of graph.sorted()) {
      if (!graph.has(node)) continue;
      const affine = channelAffineOf(node);
      if (affine && !isActivationConstant(node)) move(graph, node, affine, changes);
    }
  },
};

function move(graph: Graph, node: Node, affine: ChannelAffine, changes: Changes): void {
  const { input, output } = affine;
  if (!graph.canReplace(output, input) || input.constant) return;
  const edits = absorbUpward(input, affine) ?? (goesDown(affine) ? absorbDownward(output, affine) : undefined);
  if (!edits) return;
  for (const edit of edits) edit(node.origin);
  // An edit may have put another node in the place of the one that makes the input, so it is read anew.
  const current = node.input(0).constant ? node.input(1) : node.input(0);
  graph.replace(output, current);
  graph.remove(node);
  changes.edited();
}

/** A batch norm, or a scale beside a constant that is added: only that one may have to stay, before a padding. */
function goesDown(affine: ChannelAffine): boolean {
  const { node, input, output } = affine;
  if (node.is('BatchNormalization')) return true;
  const beside = [input.producer, output.onlyReader];
  return !isShifted(affine) && beside.some((other) => other && addedConstantOf(other) !== undefined);
}
