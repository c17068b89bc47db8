import { decline } from '../../../../lowering/decline.js';
import {
  depthToSpace,
  dropout,
  spaceToDepth,
  squeeze,
  transpose as transposeOperator,
  unsqueeze,
} from '../../../../operators/index.js';
import { int, ints } from '../constants.js';
import { mergedPermutation } from '../merged-permutation.js';
import type { NodeBuilder } from '../node-builder.js';
import { reshape, transpose } from '../operations.js';
import type { Row, Rows } from './row.js';

/** The same elements in the same order: above rank 5 they stay under the shape that they have. */
const sameElements: Row = (_node, to) => {
  const sizes = to.resultShape();
  to.output(sizes.length > 5 ? to.carrier() : reshape(to, to.carrier(), sizes));
};

const alias: Row = (_node, to) => to.output(to.carrier());

/** Operators that give the same elements another shape or another order. */
export const shapes: Rows = {
  Identity: alias,
  Reshape: sameElements,
  Flatten: sameElements,

  Squeeze(node, to) {
    const { axes } = squeeze.parameters(node);
    const isScalar = to.resultShape().length === 0;
    if (to.shapeOf().length > 5 || !axes?.length || isScalar) return sameElements(node, to);
    to.output(to.emit('squeeze', { x: to.input(), axes: ints(axes) }, to.resultShape()));
  },

  Unsqueeze(node, to) {
    const { axes } = unsqueeze.parameters(node);
    if (to.resultShape().length > 5 || !axes?.length) return sameElements(node, to);
    to.output(to.emit('expand_dims', { x: to.input(), axes: ints(axes) }, to.resultShape()));
  },

  Dropout(node, to) {
    if (dropout.parameters(node).trainingMode !== false) decline('it drops at random; Core ML models do not train');
    if (node.outputs[1]?.isDead === false) decline('its mask is read');
    to.output(to.carrier());
  },

  Transpose(node, to) {
    const { perm } = transposeOperator.parameters(node);
    if (!perm) return decline('its permutation is not known');
    if (perm.length === 0) return to.output(to.carrier());
    if (perm.length <= 5) return to.output(transpose(to, to.input(), perm));
    transposeWide(to, perm);
  },

  DepthToSpace(node, to) {
    const { blocksize, mode } = depthToSpace.parameters(node);
    if (blocksize === 1) return to.output(to.carrier());
    if (to.kindOf() !== 'float') decline('Core ML moves floats alone');
    const type = mode === 'CRD' ? 'pixel_shuffle' : 'depth_to_space';
    const size = mode === 'CRD' ? { upscale_factor: int(blocksize) } : { block_size: int(blocksize) };
    to.output(to.emit(type, { x: to.input(), ...size }, to.resultShape()));
  },

  SpaceToDepth(node, to) {
    const { blocksize, mode } = spaceToDepth.parameters(node);
    if (blocksize === 1) return to.output(to.carrier());
    if (mode === 'CRD') decline('Core ML counts the channels of a block by place first, not by source channel');
    if (to.kindOf() !== 'float') decline('Core ML moves floats alone');
    to.output(to.emit('space_to_depth', { x: to.input(), block_size: int(blocksize) }, to.resultShape()));
  },
};

/** More than 5 axes: those that stay together are one. */
function transposeWide(to: NodeBuilder, perm: readonly number[]): void {
  const merged = mergedPermutation(to.node, to.shapeOf(), perm);
  const rank = merged.perm.length;
  if (rank > 5) decline(`it moves ${rank} groups of axes; Core ML stops at 5`);
  const made = rank < 2 ? to.carrier() : transpose(to, reshape(to, to.carrier(), merged.sizes), merged.perm);
  to.output(made);
}
