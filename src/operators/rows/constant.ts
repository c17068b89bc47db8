import { sizeOf, Tensor } from '../../model/index.js';
import { Cells } from '../compute/cells.js';
import { operator } from '../operator.js';
import { tensorOfConstant } from '../shape/constant-node.js';
import { elementsOfTensor, repeated } from '../shape/elements.js';
import { shapeGivenBy } from '../shape/unknown.js';

export interface ConstantParameters {
  /** undefined where the value is sparse. */
  readonly tensor: Tensor | undefined;
}

/** A tensor that stands in the node itself, in whichever attribute the operator set has for it. */
export const constant = operator('Constant', {
  traits: [],
  parameters: (node): ConstantParameters => ({ tensor: tensorOfConstant(node) }),
  infer: (_node, { tensor }) => [
    { dtype: tensor?.dtype, shape: tensor?.shape, elements: tensor && elementsOfTensor(tensor) },
  ],
  compute: (_inputs, { tensor }) => tensor,
});

export interface ConstantOfShapeParameters {
  /** One element: the value of all. */
  readonly value: Tensor;
}

const ZERO = Tensor.from('float32', [1], [0]);

/** One element repeated: the operand, a vector, gives the shape. Float32 zeros where no element is named. */
export const constantOfShape = operator('ConstantOfShape', {
  traits: [],
  parameters: (node): ConstantOfShapeParameters => {
    const value = node.tensor('value') ?? ZERO;
    if (value.size !== 1) throw node.invalid(`value has ${value.size} elements, not 1`);
    return { value };
  },
  infer: (node, { value }) => {
    const shape = shapeGivenBy(node, node.inputs[0]);
    const [element] = elementsOfTensor(value) ?? [];
    return [{ dtype: value.dtype, shape, elements: repeated(element, shape) }];
  },
  compute: ([sizes], { value }) => {
    if (!sizes) return undefined;
    const shape = sizes.toIntegers();
    return filledWith(value, shape);
  },
});

function filledWith(value: Tensor, shape: readonly number[]): Tensor | undefined {
  const source = Cells.of(value);
  const target = Cells.zeros(value.dtype, sizeOf(shape));
  if (!source || !target) return undefined;
  target.fill(source, 0);
  return target.toTensor(shape);
}
