import type { Dimension, Node, Shape } from '../../model/index.js';
import { type Facts, operator } from '../operator.js';
import { likeOf } from '../shape/facts.js';
import { unknownSize } from '../shape/unknown.js';

export interface AttentionParameters {
  /** Factor on Q times K; undefined: 1 / sqrt(size of a head). */
  readonly scale: number | undefined;
  readonly isCausal: boolean;
  /** Heads of Q, and of K and V; undefined where the operands have an axis for them. */
  readonly qNumHeads: number | undefined;
  readonly kvNumHeads: number | undefined;
  /** 0: off. */
  readonly softcap: number;
  /** ONNX's number of the element type of the softmax; undefined: that of Q. */
  readonly softmaxPrecision: number | undefined;
  /** Which stage the fourth result is: 0 the product, 1 or 2 with mask or softcap, 3 after softmax. */
  readonly qkMatmulOutputMode: number;
}

function attentionParameters(node: Node): AttentionParameters {
  return {
    scale: node.float('scale', undefined),
    isCausal: node.int('is_causal', 0) !== 0,
    qNumHeads: node.int('q_num_heads', undefined),
    kvNumHeads: node.int('kv_num_heads', undefined),
    softcap: node.float('softcap', 0),
    softmaxPrecision: node.int('softmax_precision', undefined),
    qkMatmulOutputMode: node.int('qk_matmul_output_mode', 0),
  };
}

/** As [batch, heads, sequence, size], from that or from [batch, sequence, heads * size]. */
function headed(node: Node, shape: Shape | undefined, heads: number | undefined): Shape | undefined {
  if (!shape || shape.length === 4) return shape;
  if (shape.length !== 3) throw node.invalid(`an operand has rank ${shape.length}, neither 3 nor 4`);
  if (!heads) throw node.invalid('operands of rank 3 ask for q_num_heads and kv_num_heads');
  const [batch = 1, sequence = 1, width = 1] = shape;
  return [batch, heads, sequence, typeof width === 'number' ? width / heads : unknownSize(node)];
}

function attentionFacts(node: Node, { qNumHeads, kvNumHeads }: AttentionParameters): readonly Facts[] {
  const [q, k, v] = node.inputs;
  const dtype = q?.dtype;
  const query = headed(node, q?.shape, qNumHeads);
  const key = headed(node, k?.shape, kvNumHeads);
  const value = headed(node, v?.shape, kvNumHeads);
  if (!query || !key || !value) return [{ dtype }, likeOf(k), likeOf(v)];
  const total = withPast(node, node.inputs[4]?.shape?.[2], key[2]);
  const [batch = 1, heads = 1, sequence = 1] = query;
  const size = value[3] ?? 1;
  const flat = typeof heads === 'number' && typeof size === 'number' ? heads * size : unknownSize(node);
  return [
    { dtype, shape: q?.rank === 3 ? [batch, sequence, flat] : [batch, heads, sequence, size] },
    { dtype: k?.dtype, shape: [key[0] ?? 1, key[1] ?? 1, total, key[3] ?? 1] },
    { dtype: v?.dtype, shape: [value[0] ?? 1, value[1] ?? 1, total, size] },
    { dtype, shape: [batch, heads, sequence, total] },
  ];
}

function withPast(node: Node, past: Dimension | undefined, current: Dimension | undefined): Dimension {
  if (!node.hasInput(4)) return current ?? unknownSize(node);
  return typeof past === 'number' && typeof current === 'number' ? past + current : unknownSize(node);
}

/** Scaled dot-product attention: Q, K, V, attn_mask, past_key, past_value. */
export const attention = operator('Attention', { traits: [], parameters: attentionParameters, infer: attentionFacts });

/** Rotation of pairs of elements by their position. */
export const rotaryEmbedding = operator('RotaryEmbedding', {
  traits: [],
  parameters: (node) => ({
    interleaved: node.int('interleaved', 0) !== 0,
    numHeads: node.int('num_heads', 0),
    rotaryEmbeddingDim: node.int('rotary_embedding_dim', 0),
  }),
  infer: (node) => [likeOf(node.inputs[0])],
});

/** A cache of keys or values with new ones written in along an axis. */
export const tensorScatter = operator('TensorScatter', {
  traits: [],
  parameters: (node) => ({ axis: node.int('axis', -2), mode: node.string('mode', 'linear') }),
  infer: (node) => [likeOf(node.inputs[0])],
});
