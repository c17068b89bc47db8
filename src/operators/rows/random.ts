import type { DataType, Dimension, Shape } from '../../model/index.js';
import { type Operator, operator } from '../operator.js';
import { typeAttribute } from '../shape/type-attribute.js';
import { unknownSize } from '../shape/unknown.js';

/** No row here has `compute`: what is random is never folded. */
export interface RandomParameters {
  /** Element type of the result; undefined where it is the operand's, which is not known. */
  readonly dtype: DataType | undefined;
}

export interface RandomShapeParameters extends RandomParameters {
  readonly shape: Shape;
}

function ofShape(name: string): Operator<RandomShapeParameters> {
  return operator(name, {
    traits: ['random'],
    float32Unless: 'dtype',
    parameters: (node): RandomShapeParameters => {
      const shape = node.ints('shape', undefined);
      if (!shape) throw node.invalid('attribute shape is missing');
      return { dtype: typeAttribute(node, 'dtype') ?? 'float32', shape };
    },
    infer: (_node, { dtype, shape }) => [{ dtype, shape }],
  });
}

function likeOperand(name: string): Operator<RandomParameters> {
  return operator(name, {
    traits: ['random'],
    parameters: (node): RandomParameters => ({ dtype: typeAttribute(node, 'dtype') ?? node.input(0).dtype }),
    infer: (node, { dtype }) => [{ dtype, shape: node.input(0).shape }],
  });
}

/** Normally distributed numbers in a shape that an attribute gives. */
export const randomNormal = ofShape('RandomNormal');
/** Evenly distributed numbers in a shape that an attribute gives. */
export const randomUniform = ofShape('RandomUniform');
/** Normally distributed numbers in the operand's shape. */
export const randomNormalLike = likeOperand('RandomNormalLike');
/** Evenly distributed numbers in the operand's shape. */
export const randomUniformLike = likeOperand('RandomUniformLike');
/** 1 with the operand's probability, element by element, else 0. */
export const bernoulli = likeOperand('Bernoulli');

/** [batch, classes] to [batch, sample_size]. */
export const multinomial = operator('Multinomial', {
  traits: ['random'],
  parameters: (node) => ({
    dtype: typeAttribute(node, 'dtype') ?? 'int32',
    sampleSize: node.int('sample_size', 1),
  }),
  infer: (node, { dtype, sampleSize }) => {
    const batch: Dimension = node.input(0).shape?.[0] ?? unknownSize(node);
    return [{ dtype, shape: [batch, sampleSize] }];
  },
});
