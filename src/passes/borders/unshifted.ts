import { type DataType, type Node, Tensor, type Value } from '../../model/index.js';
import { type ChannelAffine, channelAffineOf, expanded } from '../affine/channel-affine.js';
import { roundedTensor } from '../affine/rounded-tensor.js';
import { insertTyped } from '../replace-node.js';

/** Exporters work a border out in the type of the network, with a few roundings: this much of the largest is the same number. */
const ROUNDINGS: ReadonlyMap<DataType, number> = new Map([
  ['float64', 2 ** -19],
  ['float32', 2 ** -19],
  ['float16', 2 ** -9],
]);

/** A value that is `value - shift`, and the shift that was really taken away. */
export interface Unshifted {
  readonly value: Value;
  readonly shift: Float64Array;
  /** What now has the place of the shifted value, where that is another one. */
  readonly shifted: Value;
}

/**
 * The value before a shift that its maker adds at the end: the bias of a convolution, the shift of a batch norm, an added
 * constant. Others still read the shifted value.
 * @returns undefined where the maker adds no such shift, up to rounding
 */
export function unshifted(value: Value, shift: Float64Array): Unshifted | undefined {
  const node = value.producer;
  if (node?.graph !== value.graph) return undefined;
  return node.is('Conv') ? withoutBias(node, shift) : withoutShift(node, shift);
}

function withoutBias(conv: Node, shift: Float64Array): Unshifted | undefined {
  const { graph } = conv;
  const value = conv.output();
  const bias = conv.constant(2);
  const numbers = bias?.toFloat64();
  if (!bias || !numbers || !isSame(numbers, shift, value.dtype)) return undefined;
  const bare = graph.insert({
    operator: 'Conv',
    name: conv.name,
    inputs: conv.inputs.slice(0, 2),
    attributes: conv.attributes,
    origin: conv.origin,
  });
  const result = bare.output();
  result.dtype = value.dtype;
  result.shape = value.shape;
  const constant = graph.addConstant(perChannel(bias, value), conv.input(2).name);
  const sum = insertTyped(graph, { operator: 'Add', inputs: [result, constant], origin: conv.origin });
  sum.output().shape = value.shape;
  graph.replace(value, sum.output());
  graph.remove(conv);
  return { value: result, shift: numbers, shifted: sum.output() };
}

function withoutShift(node: Node, shift: Float64Array): Unshifted | undefined {
  const affine = channelAffineOf(node);
  const { dtype } = node.output();
  if (!affine || !dtype || (affine.axis !== undefined && affine.axis !== 1)) return undefined;
  const own = affine.shift.length === shift.length ? affine.shift : expanded(affine.shift, shift.length);
  if (!isSame(own, shift, dtype)) return undefined;
  if (affine.scale.every((value) => value === 1)) return { value: affine.input, shift: own, shifted: node.output() };
  const product = node.is('BatchNormalization') ? scaling(node) : multiplying(affine);
  return product && { value: product.output(), shift: own, shifted: node.output() };
}

/** A batch norm that scales alone. It stays one, as its factors would be rounded twice if they were rounded before a merge. */
function scaling(node: Node): Node | undefined {
  const [bias, mean] = [node.constant(2), node.constant(3)];
  if (!bias || !mean) return undefined;
  const { graph, attributes, origin } = node;
  const zeros = ({ dtype, shape, size }: Tensor) =>
    graph.addConstant(Tensor.from(dtype, shape, new Float64Array(size)), `${node.label}.zeros`);
  const inputs = [node.input(0), node.input(1), zeros(bias), zeros(mean), node.input(4)];
  return insertTyped(graph, { operator: node.operator, inputs, attributes, origin });
}

function multiplying({ node, input, output, scale }: ChannelAffine): Node | undefined {
  const rounded = output.dtype && roundedTensor(output.dtype, [scale.length], scale);
  if (!rounded) return undefined;
  const factor = node.graph.addConstant(perChannel(rounded, output), `${node.label}.scale`);
  return insertTyped(node.graph, { operator: 'Mul', inputs: [input, factor], origin: node.origin });
}

function isSame(own: Float64Array, shift: Float64Array, dtype: DataType | undefined): boolean {
  const most = own.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const rounding = (dtype && ROUNDINGS.get(dtype)) ?? 0;
  return (
    own.length === shift.length &&
    own.every((value, c) => Math.abs(value - (shift[c] ?? Number.NaN)) <= rounding * most)
  );
}

/** A vector [C] as it is added to, or multiplied with, [N, C, *D]. */
export function perChannel(vector: Tensor, like: Value): Tensor {
  return vector.reshape([vector.size, ...(like.shape ?? []).slice(2).map(() => 1)]);
}

/** The same for numbers in the type of a value; undefined where one of them would not be finite. */
export function shiftOf(numbers: Float64Array, like: Value): Tensor | undefined {
  const rounded = like.dtype && roundedTensor(like.dtype, [numbers.length], numbers);
  return rounded && perChannel(rounded, like);
}
