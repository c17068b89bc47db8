import { isStatic, type Node, sizeOf, type Tensor } from '../../model/index.js';
import { conv, gemm } from '../../operators/index.js';
import { expanded } from './channel-affine.js';
import { type Edit, withConstant, withConstantAndRow, withWeights } from './edit.js';
import { roundedTensor } from './rounded-tensor.js';

/** A node that multiplies each row of its input, K numbers, by a constant matrix [M, K]. */
export interface DenseLayer {
  readonly node: Node;
  readonly weight: Tensor;
  readonly inputs: number;
  readonly outputs: number;
  /** The matrix has so many blocks of equal size along its diagonal, and nothing beside them. */
  readonly groups: number;
  /** Where the weight holds the number for output m and input k of a group: at `m * outputStep + k * inputStep`. */
  readonly outputStep: number;
  readonly inputStep: number;
  /** What the node multiplies its weight and its bias by. */
  readonly alpha: number;
  readonly beta: number;
}

/** Numbers to be added to the matrix, in the layout of its weight, and to what it gives. */
export interface Addend {
  readonly weight: Float64Array;
  readonly row: Float64Array | undefined;
}

/** Reads a Gemm or MatMul by a constant, and a Conv whose kernel covers its image; undefined for all else. */
export function denseLayerOf(node: Node | undefined): DenseLayer | undefined {
  const weight = node?.constant(1);
  if (!node || !weight || node.domain !== '') return undefined;
  switch (node.operator) {
    case 'Conv':
      return coveringConvolution(node, weight);
    case 'Gemm':
      return product(node, weight);
    case 'MatMul': {
      if (weight.shape.length !== 2 || (node.input(0).rank ?? 0) < 2) return undefined;
      const [inputs = 0, outputs = 0] = weight.shape;
      return { node, weight, inputs, outputs, groups: 1, outputStep: 1, inputStep: outputs, alpha: 1, beta: 1 };
    }
    default:
      return undefined;
  }
}

/** [N, C, *D] to [N, M, 1…]: the rows of its weight [M, C/groups, *D] are those of the matrix. */
function coveringConvolution(node: Node, weight: Tensor): DenseLayer | undefined {
  const { group, pads, dilations } = conv.parameters(node);
  const [, ...image] = node.input(0).shape ?? [];
  const kernel = weight.shape.slice(2);
  const covers = kernel.every((size, axis) => size === image[axis + 1] && (size === 1 || dilations[axis] === 1));
  if (!covers || !isStatic(image) || !pads?.every((size) => size === 0) || !hasRowBias(node)) return undefined;
  const [inputs, outputs] = [sizeOf(image), weight.shape[0] ?? 0];
  return { node, weight, inputs, outputs, groups: group, outputStep: inputs / group, inputStep: 1, alpha: 1, beta: 1 };
}

function product(node: Node, weight: Tensor): DenseLayer | undefined {
  const { alpha, beta, transA, transB } = gemm.parameters(node);
  const [inputs = 0, outputs = 0] = transB ? weight.shape.toReversed() : weight.shape;
  if (transA || alpha === 0 || beta === 0 || !hasRowBias(node)) return undefined;
  const [outputStep, inputStep] = transB ? [inputs, 1] : [1, outputs];
  return { node, weight, inputs, outputs, groups: 1, outputStep, inputStep, alpha, beta };
}

/** Whether the bias is missing, or a constant that is the same for all rows. */
function hasRowBias(node: Node): boolean {
  const bias = node.constant(2);
  return bias ? bias.shape.length <= 1 : !node.hasInput(2);
}

/** The edit after which the layer also does what the addend does; undefined where a constant would not be finite. */
export function withAddend({ node, weight, outputs, alpha, beta }: DenseLayer, addend: Addend): Edit | undefined {
  const { row } = addend;
  const values = weight.toFloat64().map((value, at) => value + (addend.weight[at] ?? 0) / alpha);
  if (node.is('MatMul')) return row ? withConstantAndRow(node, 1, values, row) : withConstant(node, 1, values);
  const made = roundedTensor(weight.dtype, weight.shape, values);
  const bias = node.constant(2);
  const old = bias && expanded(bias.toFloat64(), outputs);
  const sum = row ? row.map((value, m) => value / beta + (old?.[m] ?? 0)) : old;
  const rounded = sum && roundedTensor(weight.dtype, [outputs], sum);
  return made && (rounded || !sum) ? withWeights(node, { weight: made, bias: rounded }) : undefined;
}
