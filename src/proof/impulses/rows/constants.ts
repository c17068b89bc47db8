import { sizeOf, type Tensor } from '../../../model/index.js';
import { constant, constantOfShape } from '../../../operators/index.js';
import { type AffineForm, constantAt, known, operandAt, type Row } from '../row.js';

/** What is known without an operand's elements, or is made of sizes. */
function listed(values: readonly number[]): AffineForm[] {
  return [{ shape: [values.length], terms: [], constant: Float64Array.from(values) }];
}

/** A tensor that answers to nothing, in its own shape and in float64. */
function constantForm(tensor: Tensor): AffineForm {
  return { shape: tensor.shape, terms: [], constant: tensor.toFloat64() };
}

/** Operators that make elements of sizes, or of nothing. */
export const constantRows: Readonly<Record<string, Row>> = {
  Shape: {
    forms(node, operands) {
      const { shape } = operandAt(node, operands, 0);
      return listed(shape.slice(node.int('start', 0), node.int('end', undefined)));
    },
  },
  Constant: { forms: (node) => [constantForm(known(node, constant.parameters(node).tensor, 'elements'))] },
  ConstantOfShape: {
    forms(node, operands) {
      const shape = [...constantAt(node, operands, 0)];
      const [value = 0] = constantOfShape.parameters(node).value.toFloat64();
      return [{ shape, terms: [], constant: new Float64Array(sizeOf(shape)).fill(value) }];
    },
  },
  Range: {
    forms(node, operands) {
      const [start = 0, limit = 0, delta = 1] = [0, 1, 2].map((index) => constantAt(node, operands, index)[0]);
      return listed(
        Array.from({ length: Math.max(0, Math.ceil((limit - start) / delta)) }, (_, i) => start + i * delta),
      );
    },
  },
};
