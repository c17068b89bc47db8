import { type Node, sizeOf, stridesOf, type Tensor } from '../../../model/index.js';
import {
  concat,
  constant,
  constantOfShape,
  flatten,
  gather,
  pad,
  scatterNd,
  slice,
  split,
  squeeze,
  transpose,
  unsqueeze,
} from '../../../operators/index.js';
import type { Axis } from '../axes.js';
import { counted, DiagonalMap, gathered, sums } from '../linear-maps.js';
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

/** The first operand, of which each place of the result takes one, found axis by axis. */
function moved(
  node: Node,
  operands: Operands,
  result: readonly number[],
  along: (axis: number, strides: readonly number[]) => Int32Array,
  operand = 0,
): AffineForm {
  const { shape } = operandAt(node, operands, operand);
  const strides = stridesOf(shape);
  const places = sums(result.map((_, axis) => along(axis, strides)));
  return { shape: result, terms: [{ operand, map: gathered(sizeOf(shape), places) }] };
}

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

/** From `start` to `end` in steps, as numpy counts. */
function sliced(size: number, start: number, end: number, step: number): number[] {
  const [least, most] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (bound: number) => Math.min(Math.max(bound < 0 ? bound + size : bound, least), most);
  const [first, last] = [clamp(start), clamp(end)];
  return Array.from({ length: Math.max(0, Math.ceil((last - first) / step)) }, (_, i) => first + i * step);
}

const sliceRow: Row = {
  forms(node, operands) {
    const parameters = slice.parameters(node);
    const [starts, ends, axes, steps] = (['starts', 'ends', 'axes', 'steps'] as const).map((name) =>
      known(node, parameters[name], name),
    );
    const { shape } = operandAt(node, operands, 0);
    const taken = shape.map((size, axis) => {
      const at = axes?.indexOf(axis) ?? -1;
      return at < 0 ? sliced(size, 0, size, 1) : sliced(size, starts?.[at] ?? 0, ends?.[at] ?? 0, steps?.[at] ?? 1);
    });
    const result = taken.map(({ length }) => length);
    return [
      moved(node, operands, result, (axis, strides) =>
        Int32Array.from(taken[axis] ?? [], (place) => place * (strides[axis] ?? 1)),
      ),
    ];
  },
  follow: (node, [axes = []], following) => {
    const named = slice.parameters(node).axes;
    return [axes.map((axis, at) => (named && !named.includes(at) ? axis : following.giveUp(axis)))];
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

/** Places of the slices that index vectors name, along the leading axes of `shape`. */
function namedSlices(indices: Float64Array, length: number, shape: readonly number[]): number[] {
  const strides = stridesOf(shape);
  return Array.from({ length: indices.length / length }, (_, row) =>
    shape.slice(0, length).reduce((place, size, axis) => {
      const index = indices[row * length + axis] ?? 0;
      return place + (index < 0 ? index + size : index) * (strides[axis] ?? 1);
    }, 0),
  );
}

/** Along an axis that index vectors name, the places beside which other slices are written than beside their neighbour. */
function changes(indices: Float64Array, length: number, axis: number, size: number): number[] {
  const written = Array.from({ length: size }, () => new Set<string>());
  for (let start = 0; start < indices.length; start += length) {
    const index = [...indices.subarray(start, start + length)];
    const place = index.splice(axis, 1)[0] ?? 0;
    written[place < 0 ? place + size : place]?.add(`${index}`);
  }
  const texts = written.map((set) => [...set].sort().join(' '));
  return texts.flatMap((text, place) => (place > 0 && text !== texts[place - 1] ? [place - 1, place] : []));
}

const scatterRow: Row = {
  forms(node, operands) {
    if (scatterNd.parameters(node).reduction !== 'none') throw new NotAffine('ScatterND that reduces');
    const { shape } = operandAt(node, operands, 0);
    const length = operandAt(node, operands, 1).shape.at(-1) ?? 0;
    const run = sizeOf(shape.slice(length));
    const kept = counted(sizeOf(shape), (i) => i);
    const written = new Int32Array(kept.length).fill(-1);
    namedSlices(constantAt(node, operands, 1), length, shape).forEach((place, row) => {
      for (let i = 0; i < run; i++) {
        kept[place + i] = -1;
        written[place + i] = row * run + i;
      }
    });
    const updates = sizeOf(operandAt(node, operands, 2).shape);
    return [
      {
        shape,
        terms: [
          { operand: 0, map: gathered(kept.length, kept) },
          { operand: 2, map: gathered(updates, written) },
        ],
      },
    ];
  },
  follow(node, [axes, ...others], following) {
    const named = node.inputs[1]?.shape?.at(-1);
    const indices = following.constantOf(node.inputs[1]);
    if (!axes || typeof named !== 'number' || !indices || others.some((other) => other)) {
      following.giveUpAll([axes, ...others]);
      return [(axes ?? []).map(() => undefined)];
    }
    return [
      axes.map((axis, at) => {
        const size = node.inputs[0]?.shape?.[at];
        if (at >= named) return axis;
        return typeof size === 'number'
          ? following.placed(axis, changes(indices, named, at, size))
          : following.giveUp(axis);
      }),
    ];
  },
};

const gatherRow: Row = {
  forms(node, operands) {
    const { axis } = gather.parameters(node);
    const { shape } = operandAt(node, operands, 0);
    const indices = operandAt(node, operands, 1).shape;
    const size = shape[axis] ?? 1;
    const picked = constantAt(node, operands, 1);
    const flat = [...shape.slice(0, axis), picked.length, ...shape.slice(axis + 1)];
    const form = moved(node, operands, flat, (at, strides) =>
      counted(flat[at] ?? 0, (i) => {
        const index = at === axis ? (picked[i] ?? 0) : i;
        return (index < 0 ? index + size : index) * (strides[at] ?? 1);
      }),
    );
    return [{ ...form, shape: [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)] }];
  },
};

/** What is known without an operand's elements, or is made of sizes. */
function listed(values: readonly number[]): AffineForm[] {
  return [{ shape: [values.length], terms: [], constant: Float64Array.from(values) }];
}

/** Operators that put elements elsewhere, or make them of sizes. */
export const movementRows: Readonly<Record<string, Row>> = {
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
  Transpose: transposeRow,
  Slice: sliceRow,
  Pad: padRow,
  Concat: concatRow,
  Split: splitRow,
  Gather: gatherRow,
  ScatterND: scatterRow,
  Expand: {
    forms(node, operands) {
      const { shape } = operandAt(node, operands, 0);
      const result = broadcastShape(node, [shape, [...constantAt(node, operands, 1)]]);
      return [{ shape: result, terms: [{ operand: 0, map: gathered(sizeOf(shape), broadcastPlaces(shape, result)) }] }];
    },
  },
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

/** A tensor that answers to nothing, in its own shape and in float64. */
export function constantForm(tensor: Tensor): AffineForm {
  return { shape: tensor.shape, terms: [], constant: tensor.toFloat64() };
}
