import { type Node, sizeOf } from '../../../model/index.js';
import { averagePool, reduceMean, reduceSum } from '../../../operators/index.js';
import { linksOf, SparseMap, summed } from '../linear-maps.js';
import { type AffineForm, known, NotAffine, type Operands, operandAt, type Row } from '../row.js';
import { broadcastPlaces } from './elementwise.js';

/** The operand summed over some axes, times a factor that may depend on how many elements there are. */
function reduced(
  node: Node,
  operands: Operands,
  { axes, keepDims }: { readonly axes: readonly number[]; readonly keepDims: boolean },
  factorFor: (count: number) => number,
): AffineForm {
  const { shape } = operandAt(node, operands, 0);
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const map = summed(sizeOf(kept), broadcastPlaces(kept, shape), factorFor(sizeOf(shape) / sizeOf(kept)));
  return { shape: keepDims ? kept : shape.filter((_, axis) => !axes.includes(axis)), terms: [{ operand: 0, map }] };
}

function reduction(row: typeof reduceMean, factorFor: (count: number) => number): Row {
  return {
    forms(node, operands) {
      const { axes, keepDims } = row.parameters(node);
      return [reduced(node, operands, { axes: known(node, axes, 'axes'), keepDims }, factorFor)];
    },
    follow(node, [axes = []], following) {
      const { axes: named, keepDims } = row.parameters(node);
      const along = axes.map((axis, at) => (named?.includes(at) === false ? axis : following.giveUp(axis)));
      return [keepDims ? along : along.filter((_, at) => !named?.includes(at))];
    },
  };
}

const averagePoolRow: Row = {
  forms(node, operands) {
    const { kernelShape, strides, dilations, countIncludePad, ceilMode, ...window } = averagePool.parameters(node);
    const pads = known(node, window.pads, 'pads');
    if (ceilMode) throw new NotAffine('a pooling that rounds up');
    const { shape } = operandAt(node, operands, 0);
    const [images = 1, channels = 1, ...spatial] = shape;
    const sizes = spatial.map((size, axis) => {
      const extent = ((kernelShape[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
      return (
        Math.floor((size + (pads[axis] ?? 0) + (pads[axis + spatial.length] ?? 0) - extent) / (strides[axis] ?? 1)) + 1
      );
    });
    const links = linksOf(spatial, kernelShape, sizes, (axis, place, tap) => {
      const target = (place + (pads[axis] ?? 0) - tap * (dilations[axis] ?? 1)) / (strides[axis] ?? 1);
      return Number.isInteger(target) ? target : undefined;
    });
    const counts = new Float64Array(sizeOf(sizes));
    for (const pixel of links.pixels) counts[pixel] = (counts[pixel] ?? 0) + 1;
    const factors = Float64Array.from(links.pixels, (pixel) =>
      countIncludePad ? 1 / sizeOf(kernelShape) : 1 / (counts[pixel] ?? 1),
    );
    const map = new SparseMap({
      inputSize: sizeOf(spatial),
      outputSize: sizeOf(sizes),
      starts: links.starts,
      targets: links.pixels,
      factors,
      repeats: images * channels,
    });
    return [{ shape: [images, channels, ...sizes], terms: [{ operand: 0, map }] }];
  },
  follow(node, [axes = []], following) {
    const { kernelShape, strides, dilations, pads } = averagePool.parameters(node);
    const [batch, channels, ...spatial] = axes;
    return [
      [
        batch,
        channels,
        ...spatial.map((axis, i) => {
          if (!pads) return following.giveUp(axis);
          return following.window(axis, {
            stride: strides[i] ?? 1,
            extent: ((kernelShape[i] ?? 1) - 1) * (dilations[i] ?? 1) + 1,
            begin: pads[i] ?? 0,
            end: pads[i + spatial.length] ?? 0,
          });
        }),
      ],
    ];
  },
};

/** Operators that sum over places. */
export const reductionRows: Readonly<Record<string, Row>> = {
  AveragePool: averagePoolRow,
  GlobalAveragePool: {
    forms: (node, operands) => {
      const axes = operandAt(node, operands, 0).shape.flatMap((_, axis) => (axis < 2 ? [] : [axis]));
      return [reduced(node, operands, { axes, keepDims: true }, (count) => 1 / count)];
    },
    follow: (_node, [axes = []], following) => [axes.map((axis, at) => (at < 2 ? axis : following.giveUp(axis)))],
  },
  ReduceMean: reduction(reduceMean, (count) => 1 / count),
  ReduceSum: reduction(reduceSum, () => 1),
};
