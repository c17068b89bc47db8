import { sizeOf, stridesOf } from '../../../model/index.js';
import { gather, scatterNd, slice } from '../../../operators/index.js';
import { counted, gathered } from '../linear-maps.js';
import { constantAt, known, NotAffine, operandAt, type Row } from '../row.js';
import { moved } from './moved.js';

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

/** Operators that take some elements out, or put them somewhere. */
export const pickRows: Readonly<Record<string, Row>> = {
  Slice: sliceRow,
  Gather: gatherRow,
  ScatterND: scatterRow,
};
