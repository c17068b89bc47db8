import { DATA_TYPES, type Dimension, type Node, type Value } from '../../model/index.js';
import { type AttentionParameters, attention as row } from '../../operators/index.js';
import type { Writer } from './writer.js';

/** Operands of Attention by their place. */
const [QUERY, KEY, VALUE, MASK, PAST_KEY, PAST_VALUE, VALID_KEYS] = [0, 1, 2, 3, 4, 5, 6] as const;
/** Which stage the fourth result is, in `qk_matmul_output_mode`. */
const [BIASED, PROBABILITIES] = [2, 3] as const;

/**
 * `Y = Softmax(softcap(scale * Q * Kᵀ) + bias) * V`, where the bias is the mask, and -∞ where a query may not see a key.
 * Keeps off: heads whose number or size is not known; unknown lengths where keys are hidden by their place.
 */
export function attention(node: Node, writer: Writer): readonly (Value | undefined)[] | undefined {
  const parameters = row.parameters(node);
  const sizes = sizesOf(node, parameters);
  if (!sizes) return undefined;
  const query = withHeads(node.input(QUERY), sizes.heads, writer);
  const key = afterPast(node, PAST_KEY, withHeads(node.input(KEY), sizes.keyHeads, writer), writer);
  const value = afterPast(node, PAST_VALUE, withHeads(node.input(VALUE), sizes.keyHeads, writer), writer);
  const scale = writer.scalar(query, parameters.scale ?? 1 / Math.sqrt(sizes.keySize));
  const turned = writer.transpose(forEachHead(key, sizes, writer), [0, 1, 3, 2]);
  const scores = softcapped(writer.product(writer.multiply(query, scale), turned), parameters.softcap, writer);
  const bias = biasOf(node, parameters, sizes, writer);
  const biased = bias ? writer.add(scores, bias) : scores;
  const weights = softmax(biased, parameters.softmaxPrecision, writer);
  const probabilities = bias && hidesByContent(node) ? withoutHiddenRows(weights, bias, writer) : weights;
  const found = writer.product(probabilities, forEachHead(value, sizes, writer));
  const stages: Record<number, Value> = { [BIASED]: biased, [PROBABILITIES]: probabilities };
  return [
    node.input(QUERY).rank === 3 ? withoutHeads(found, sizes, writer) : found,
    key,
    value,
    stages[parameters.qkMatmulOutputMode] ?? scores,
  ];
}

interface Sizes {
  readonly heads: number;
  /** Of keys and values; a divisor of `heads`. */
  readonly keyHeads: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly queries: Dimension;
  /** With the past ones. */
  readonly keys: Dimension;
}

function sizesOf(node: Node, parameters: AttentionParameters): Sizes | undefined {
  const [, key, value, scores] = row.infer(node, parameters).map(({ shape }) => shape);
  const [, heads, queries = '', keys = ''] = scores ?? [];
  const [, keyHeads, , keySize] = key ?? [];
  const valueSize = value?.[3];
  if (typeof heads !== 'number' || typeof keyHeads !== 'number' || heads % keyHeads !== 0) return undefined;
  if (typeof keySize !== 'number' || typeof valueSize !== 'number') return undefined;
  const areKnown = typeof queries === 'number' && typeof keys === 'number';
  const isByPlace = parameters.isCausal || node.hasInput(MASK) || node.hasInput(VALID_KEYS);
  return isByPlace && !areKnown ? undefined : { heads, keyHeads, keySize, valueSize, queries, keys };
}

/** [batch, heads, sequence, size], from that or from [batch, sequence, heads * size]. */
function withHeads(x: Value, heads: number, writer: Writer): Value {
  if (x.rank === 4) return x;
  const width = Number(x.shape?.[2]);
  return writer.transpose(writer.reshape(x, [0, 0, heads, width / heads]), [0, 2, 1, 3]);
}

function withoutHeads(x: Value, { heads, valueSize }: Sizes, writer: Writer): Value {
  return writer.reshape(writer.transpose(x, [0, 2, 1, 3]), [0, 0, heads * valueSize]);
}

function afterPast(node: Node, index: number, x: Value, writer: Writer): Value {
  return node.hasInput(index) ? writer.concat([node.input(index), x], 2) : x;
}

/** Heads of queries that stand side by side share one of keys and values. */
function forEachHead(x: Value, { heads, keyHeads }: Sizes, writer: Writer): Value {
  if (heads === keyHeads) return x;
  const shared = Array.from({ length: heads }, (_, head) => Math.floor((head * keyHeads) / heads));
  return writer.pick(x, shared, 1);
}

function softcapped(scores: Value, softcap: number, writer: Writer): Value {
  if (softcap === 0) return scores;
  const cap = writer.scalar(scores, softcap);
  return writer.multiply(writer.write('Tanh', [writer.write('Div', [scores, cap])]), cap);
}

function softmax(scores: Value, precision: number | undefined, writer: Writer): Value {
  const own = scores.dtype ?? 'float32';
  const dtype = (precision === undefined ? undefined : DATA_TYPES[precision - 1]) ?? own;
  return writer.cast(writer.write('Softmax', [writer.cast(scores, dtype)], { axis: -1 }), own);
}

/** Whether a query may be left without any key: causality alone leaves each the first one. */
function hidesByContent(node: Node): boolean {
  return node.hasInput(MASK) || node.hasInput(VALID_KEYS);
}

/** A query that sees no key finds nothing, where a softmax over -∞ alone would be no number. */
function withoutHiddenRows(weights: Value, bias: Value, writer: Writer): Value {
  const largest = writer.write('ReduceMax', [bias, writer.constant('int64', [1], [-1])], { keepdims: 1 });
  const isHidden = writer.write('Equal', [largest, writer.scalar(bias, Number.NEGATIVE_INFINITY)]);
  return writer.write('Where', [isHidden, writer.scalar(weights, 0), weights]);
}

/** What is added to the scores, broadcast to them; undefined: nothing. */
function biasOf(node: Node, parameters: AttentionParameters, sizes: Sizes, writer: Writer): Value | undefined {
  const parts = [maskOf(node, sizes, writer), placesOf(node, parameters, sizes, writer)];
  const [first, second] = parts.filter((part) => part !== undefined);
  return first && second ? writer.add(first, second) : first;
}

/** The mask as numbers; where it is shorter than the keys, those beyond are hidden. */
function maskOf(node: Node, { keys }: Sizes, writer: Writer): Value | undefined {
  if (!node.hasInput(MASK)) return undefined;
  const mask = node.input(MASK);
  const added = mask.dtype === 'bool' ? hiddenUnless(node, mask, writer) : writer.cast(mask, typeOf(node));
  const missing = Number(keys) - Number(mask.shape?.at(-1) ?? keys);
  if (missing === 0) return added;
  const rank = mask.rank ?? 0;
  const pads = Array.from({ length: 2 * rank }, (_, index) => (index === 2 * rank - 1 ? missing : 0));
  const hidden = writer.scalar(added, Number.NEGATIVE_INFINITY);
  return writer.write('Pad', [added, writer.constant('int64', [2 * rank], pads), hidden]);
}

/**
 * What hides keys by their place: of the valid ones, or of all, a causal query sees those up to its own, where the last
 * query is the last key; of the past it sees all.
 */
function placesOf(
  node: Node,
  { isCausal }: AttentionParameters,
  { queries, keys }: Sizes,
  writer: Writer,
): Value | undefined {
  const [rows, columns] = [isCausal ? Number(queries) : 1, Number(keys)];
  /** How many keys there have to be in front of the query block and in it, for the query to see this one. */
  const needed = Array.from({ length: rows * columns }, (_, at) => {
    const [query, key] = [Math.floor(at / columns), at % columns];
    return isCausal ? key - query + rows : key + 1;
  });
  if (node.hasInput(VALID_KEYS)) {
    const valid = writer.reshape(node.input(VALID_KEYS), [-1, 1, 1, 1]);
    const limit = writer.constant('int64', [rows, columns], needed);
    return hiddenUnless(node, writer.write('LessOrEqual', [limit, valid]), writer);
  }
  if (!isCausal) return undefined;
  const past = node.hasInput(PAST_KEY) ? Number(node.input(PAST_KEY).shape?.[2]) : 0;
  const added = needed.map((count) => (count <= past + rows ? 0 : Number.NEGATIVE_INFINITY));
  return writer.constant(typeOf(node), [rows, columns], added);
}

function hiddenUnless(node: Node, isSeen: Value, writer: Writer): Value {
  const [zero, hidden] = [0, Number.NEGATIVE_INFINITY].map((value) => writer.constant(typeOf(node), [], [value]));
  return writer.write('Where', [isSeen, zero, hidden]);
}

function typeOf(node: Node) {
  return node.dtypeOf(QUERY) ?? 'float32';
}
