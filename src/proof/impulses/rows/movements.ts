import { pad, transpose } from '../../../operators/index.js';
import { counted, sums } from '../linear-maps.js';
import { known, NotAffine, operandAt, type Row } from '../row.js';
import { moved } from './moved.js';

/** Where along an axis of `size` the element is that stands `at`, from before its start on; -1: nowhere. */
function padded(at: number, size: number, mode: string): number {
  if (at >= 0 && at < size) return at;
  if (mode === 'constant') return -1;
  if (mode === 'edge') return at < 0 ? 0 : size - 1;
  if (mode === 'wrap') return ((at % size) + size) % size;
  const mirrored = at < 0 ? -at : 2 * (size - 1) - at;
  if (mirrored < 0 || mirrored >= size) throw new NotAffine('a Pad that reflects more than there is');
  return mirrored;
}

const padRow: Row = {
  forms(node, operands) {
    const parameters = pad.parameters(node);
    const pads = known(node, parameters.pads, 'pads');
    const { shape } = operandAt(node, operands, 0);
    const before = (axis: number) => pads[axis] ?? 0;
    const result = shape.map((size, axis) => size + before(axis) + (pads[axis + shape.length] ?? 0));
    const form = moved(node, operands, result, (axis, strides) =>
      counted(result[axis] ?? 0, (i) => {
        const place = padded(i - before(axis), shape[axis] ?? 0, parameters.mode);
        return place < 0 ? -1 : place * (strides[axis] ?? 1);
      }),
    );
    if (parameters.mode !== 'constant') return [form];
    const value = known(node, parameters.constantValue, 'value');
    const isInside = sums(
      shape.map((size, axis) =>
        counted(result[axis] ?? 0, (i) => (i >= before(axis) && i < before(axis) + size ? 0 : -1)),
      ),
    );
    return [{ ...form, constant: Float64Array.from(isInside, (place) => (place < 0 ? value : 0)) }];
  },
  follow(node, [axes = []], following) {
    const { pads, mode } = pad.parameters(node);
    return [
      axes.map((axis, at) => {
        const [begin, end] = [pads?.[at], pads?.[at + axes.length]];
        if (begin === 0 && end === 0) return axis;
        if (begin === undefined || end === undefined || mode !== 'constant') return following.giveUp(axis);
        return following.window(axis, { stride: 1, extent: 1, begin, end });
      }),
    ];
  },
};

const transposeRow: Row = {
  forms(node, operands) {
    const perm = known(node, transpose.parameters(node).perm, 'axes');
    const { shape } = operandAt(node, operands, 0);
    const result = perm.map((axis) => shape[axis] ?? 1);
    return [
      moved(node, operands, result, (axis, strides) =>
        counted(result[axis] ?? 0, (i) => i * (strides[perm[axis] ?? 0] ?? 1)),
      ),
    ];
  },
  follow: (node, [axes = []]) => [transpose.parameters(node).perm?.map((axis) => axes[axis]) ?? []],
};

/** Operators that put all elements elsewhere. */
export const movementRows: Readonly<Record<string, Row>> = {
  Transpose: transposeRow,
  Pad: padRow,
};
