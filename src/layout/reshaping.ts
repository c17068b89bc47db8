import { isStatic, type Node, type Shape, type Value } from '../model/index.js';
import { gemm, transpose } from '../operators/index.js';
import { arrange, inverse, isFree, plain, without } from './order.js';
import { placeReshape } from './reshape.js';
import type { LayoutRule, Shuffle, Situation } from './rule.js';

/** A transpose gives axes other numbers and leaves every element where it lies. */
export const transposing: LayoutRule = {
  place(node, at) {
    const { perm } = transpose.parameters(node);
    const order = at.order(0);
    if (!perm || perm.length !== order.length) return { inputs: [], outputs: [] };
    return { inputs: [order], outputs: [arrange(inverse(perm), order)] };
  },
  wish(node, _index, result) {
    const { perm } = transpose.parameters(node);
    return result && perm && arrange(perm, result);
  },
};

/** Reshape, Flatten, Squeeze and Unsqueeze: the same elements under other sizes. */
export const reshaping: LayoutRule = {
  place(node, at) {
    const [from, to] = [node.inputs[0]?.shape, node.outputs[0]?.shape];
    if (!from || !to) return { inputs: [], outputs: [] };
    const placement = placeReshape(from, to, at.order(0));
    const shuffle = isFree(from, at.order(0), placement.input) ? undefined : shuffled(node, from, to, at);
    if (shuffle) return { inputs: [at.order(0)], outputs: [plain(to.length)], shuffle };
    return { inputs: [placement.input], outputs: [placement.output] };
  },
  wish(node, index, result) {
    const [from, to] = [node.inputs[0]?.shape, node.outputs[0]?.shape];
    return index === 0 && from && to && result ? placeReshape(to, from, result).output : undefined;
  },
};

/**
 * Flattening [N,C,H,W] to [N,C*H*W] where it lies as NHWC: if nothing but products with constant matrices read the result,
 * the rows of the matrices are turned instead of the elements.
 */
function shuffled(node: Node, from: Shape, to: Shape, at: Situation): Shuffle | undefined {
  const order = at.order(0);
  const sizes = from.slice(1);
  const isFlattening = from.length > 2 && to.length === 2 && from[0] === to[0] && order[0] === 0;
  const result = node.outputs[0];
  if (!isFlattening || !isStatic(sizes) || !result || result.isOutput) return undefined;
  if (!result.uses.every(({ node: reader, index }) => index === 0 && isConstantProduct(reader))) return undefined;
  return { sizes, order: without(order, new Set([0])) };
}

function isConstantProduct(node: Node): boolean {
  const weight: Value | undefined = node.inputs[1];
  if (!weight?.constant || weight.rank !== 2) return false;
  return node.is('MatMul') || (node.is('Gemm') && !gemm.parameters(node).transA);
}
