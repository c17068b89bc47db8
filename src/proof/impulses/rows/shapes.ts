import { type Node, sizeOf } from '../../../model/index.js';
import { flatten, squeeze, unsqueeze } from '../../../operators/index.js';
import { DiagonalMap, gathered } from '../linear-maps.js';
import { type AffineForm, constantAt, known, NotAffine, type Operands, operandAt, type Row } from '../row.js';
import { broadcastPlaces, broadcastShape } from './elementwise.js';

/** The elements of the first operand in their order, under another shape. */
function reshaped(node: Node, operands: Operands, to: (shape: readonly number[]) => readonly number[]): AffineForm[] {
  const { shape } = operandAt(node, operands, 0);
  const result = to(shape);
  if (sizeOf(result) !== sizeOf(shape)) throw new NotAffine(`${node.operator} of [${shape}] to [${result}]`);
  return [{ shape: result, terms: [{ operand: 0, map: new DiagonalMap(sizeOf(shape)) }] }];
}

const copy: Row = {
  forms: (node, operands) => reshaped(node, operands, (shape) => shape),
  follow: (_node, [axes = []]) => [axes],
};

/** Operators that give the same elements, under another shape or type. */
export const shapeRows: Readonly<Record<string, Row>> = {
  Identity: copy,
  Dropout: copy,
  Cast: {
    forms(node, operands) {
      if (node.dtypeOf(0) !== node.output().dtype && !operands[0]?.constant) throw new NotAffine('a change of type');
      return copy.forms(node, operands);
    },
    follow: (_node, [axes = []]) => [axes],
  },
  CastLike: {
    reads: [0],
    forms(node, operands) {
      if (node.dtypeOf(0) !== node.output().dtype && !operands[0]?.constant) throw new NotAffine('a change of type');
      return copy.forms(node, operands);
    },
  },
  Reshape: {
    forms: (node, operands) =>
      reshaped(node, operands, (shape) => {
        const asked = Array.from(constantAt(node, operands, 1), (size, axis) =>
          size === 0 ? (shape[axis] ?? 0) : size,
        );
        const rest = sizeOf(asked.filter((size) => size !== -1));
        return asked.map((size) => (size === -1 ? sizeOf(shape) / rest : size));
      }),
  },
  Flatten: {
    forms: (node, operands) =>
      reshaped(node, operands, (shape) => {
        const { axis } = flatten.parameters(node);
        return [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))];
      }),
  },
  Squeeze: {
    forms(node, operands) {
      const axes = known(node, squeeze.parameters(node).axes, 'axes');
      return reshaped(node, operands, (shape) => shape.filter((_, axis) => !axes.includes(axis)));
    },
  },
  Unsqueeze: {
    forms(node, operands) {
      const axes = known(node, unsqueeze.parameters(node).axes, 'axes');
      return reshaped(node, operands, (shape) => {
        const result = [...shape];
        for (const axis of axes) result.splice(axis, 0, 1);
        return result;
      });
    },
  },
  Expand: {
    forms(node, operands) {
      const { shape } = operandAt(node, operands, 0);
      const result = broadcastShape(node, [shape, [...constantAt(node, operands, 1)]]);
      return [{ shape: result, terms: [{ operand: 0, map: gathered(sizeOf(shape), broadcastPlaces(shape, result)) }] }];
    },
  },
};
