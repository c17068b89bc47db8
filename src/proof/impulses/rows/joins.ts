import { concat, split } from '../../../operators/index.js';
import type { Axis } from '../axes.js';
import { counted } from '../linear-maps.js';
import { known, operandAt, type Row } from '../row.js';
import { moved } from './moved.js';

const concatRow: Row = {
  forms(node, operands) {
    const { axis } = concat.parameters(node);
    const shapes = operands.map((_, index) => operandAt(node, operands, index).shape);
    const result = [...(shapes[0] ?? [])];
    result[axis] = shapes.reduce((total, shape) => total + (shape[axis] ?? 0), 0);
    let start = 0;
    const terms = shapes.flatMap((shape, index) => {
      const first = start;
      start += shape[axis] ?? 0;
      const isInside = (i: number) => i >= first && i < first + (shape[axis] ?? 0);
      return moved(
        node,
        operands,
        result,
        (at, strides) =>
          counted(result[at] ?? 0, (i) => {
            if (at !== axis) return i * (strides[at] ?? 1);
            return isInside(i) ? (i - first) * (strides[at] ?? 1) : -1;
          }),
        index,
      ).terms;
    });
    return [{ shape: result, terms }];
  },
  follow(node, operands, following) {
    const { axis } = concat.parameters(node);
    const computed = operands.flatMap((axes) => (axes ? [axes] : []));
    const isMixed = computed.length < operands.length;
    return [
      (computed[0] ?? []).map((_, at): Axis => {
        const along = computed.map((axes) => axes[at]);
        if (at === axis) for (const each of along) following.giveUp(each);
        const joint = at === axis ? undefined : following.sum(along);
        // A constant beside has sizes of its own.
        return isMixed && node.inputs.some((value, i) => !operands[i] && value?.shape?.[at] !== 1)
          ? following.giveUp(joint)
          : joint;
      }),
    ];
  },
};

const splitRow: Row = {
  forms(node, operands) {
    const parameters = split.parameters(node);
    const sizes = known(node, parameters.sizes, 'sizes');
    const { shape } = operandAt(node, operands, 0);
    let start = 0;
    return sizes.map((size) => {
      const first = start;
      start += size;
      const result = shape.map((whole, axis) => (axis === parameters.axis ? size : whole));
      return moved(node, operands, result, (axis, strides) =>
        counted(result[axis] ?? 0, (i) => (i + (axis === parameters.axis ? first : 0)) * (strides[axis] ?? 1)),
      );
    });
  },
  follow(node, [axes = []], following) {
    const { axis } = split.parameters(node);
    const along = axes.map((each, at) => (at === axis ? following.giveUp(each) : each));
    return node.outputs.map(() => along);
  },
};

/** Operators that make one of several, or several of one. */
export const joinRows: Readonly<Record<string, Row>> = {
  Concat: concatRow,
  Split: splitRow,
};
