import { type Node, sizeOf, stridesOf } from '../../../model/index.js';
import { conv, convTranspose, einsum, gemm } from '../../../operators/index.js';
import { counted, KernelMap, type KernelParts, type Links, linksOf, sums, taken } from '../linear-maps.js';
import { type AffineForm, constantAt, known, NotAffine, type Operands, operandAt, type Row } from '../row.js';
import { broadcastPlaces } from './elementwise.js';

const plain = (size: number): Links => ({
  starts: counted(size + 1, (i) => i),
  taps: new Int32Array(size),
  pixels: counted(size, (i) => i),
});

/** One number per channel, axis 1, of a result of this shape. */
function biasOf(node: Node, operands: Operands, shape: readonly number[]): Float64Array | undefined {
  if (!operands[2]) return undefined;
  const bias = constantAt(node, operands, 2);
  const channels = broadcastPlaces([bias.length, ...shape.slice(2).map(() => 1)], shape);
  return taken(bias, channels);
}

interface Slide {
  readonly group: number;
  readonly result: readonly number[];
  readonly links: Links;
  /** Steps along output and input channels of a group, and between groups. */
  readonly outputs: number;
  readonly inputs: number;
  readonly weightSteps: KernelParts['weightSteps'];
}

function slid(node: Node, operands: Operands, slide: Slide): AffineForm {
  const { shape } = operandAt(node, operands, 0);
  const [images = 1, , ...spatial] = shape;
  const pixels = { input: sizeOf(spatial), output: sizeOf(slide.result.slice(2)) };
  const map = new KernelMap({
    images,
    groups: slide.group,
    inputs: slide.inputs,
    outputs: slide.outputs,
    pixels,
    steps: { input: { channel: pixels.input, pixel: 1 }, output: { channel: pixels.output, pixel: 1 } },
    links: slide.links,
    weights: constantAt(node, operands, 1),
    weightSteps: slide.weightSteps,
  });
  return { shape: slide.result, terms: [{ operand: 0, map }], constant: biasOf(node, operands, slide.result) };
}

const convRow: Row = {
  forms(node, operands) {
    const { group, strides, dilations, ...window } = conv.parameters(node);
    const pads = known(node, window.pads, 'pads');
    const [images = 1, , ...spatial] = operandAt(node, operands, 0).shape;
    const [outputs = 1, inputs = 1, ...kernel] = operandAt(node, operands, 1).shape;
    const sizes = spatial.map((size, axis) => {
      const extent = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
      return (
        Math.floor((size + (pads[axis] ?? 0) + (pads[axis + spatial.length] ?? 0) - extent) / (strides[axis] ?? 1)) + 1
      );
    });
    if (sizes.some((size) => size < 1)) throw new NotAffine(`a kernel of [${kernel}] on [${spatial}]`);
    const links = linksOf(spatial, kernel, sizes, (axis, place, tap) =>
      whole((place + (pads[axis] ?? 0) - tap * (dilations[axis] ?? 1)) / (strides[axis] ?? 1)),
    );
    const taps = sizeOf(kernel);
    const perGroup = outputs / group;
    const weightSteps = { group: perGroup * inputs * taps, output: inputs * taps, input: taps, tap: 1 };
    const result = [images, outputs, ...sizes];
    return [
      slid(node, operands, {
        group,
        result,
        links,
        outputs: perGroup,
        inputs,
        weightSteps,
      }),
    ];
  },
  follow(node, [axes = []], following) {
    const { group, strides, dilations, pads, kernelShape } = conv.parameters(node);
    const [batch, channels, ...spatial] = axes;
    return [
      [
        batch,
        following.blocks(channels, group),
        ...spatial.map((axis, i) => {
          if (!pads || !kernelShape) return following.giveUp(axis);
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

const whole = (place: number) => (Number.isInteger(place) ? place : undefined);

const convTransposeRow: Row = {
  forms(node, operands) {
    const { group, strides, dilations, ...window } = convTranspose.parameters(node);
    const pads = known(node, window.pads, 'pads');
    const added = known(node, window.outputPadding, 'sizes');
    const [images = 1, channels = 1, ...spatial] = operandAt(node, operands, 0).shape;
    const [, outputs = 1, ...kernel] = operandAt(node, operands, 1).shape;
    const sizes = spatial.map((size, axis) => {
      const extent = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
      const cut = (pads[axis] ?? 0) + (pads[axis + spatial.length] ?? 0);
      return (size - 1) * (strides[axis] ?? 1) + extent + (added[axis] ?? 0) - cut;
    });
    const links = linksOf(
      spatial,
      kernel,
      sizes,
      (axis, place, tap) => place * (strides[axis] ?? 1) + tap * (dilations[axis] ?? 1) - (pads[axis] ?? 0),
    );
    const taps = sizeOf(kernel);
    const inputs = channels / group;
    const weightSteps = { group: inputs * outputs * taps, output: taps, input: outputs * taps, tap: 1 };
    const result = [images, outputs * group, ...sizes];
    return [
      slid(node, operands, {
        group,
        result,
        links,
        outputs,
        inputs,
        weightSteps,
      }),
    ];
  },
};

interface Matrices {
  /** Rows of the computed operand times so many channels, which lie `channelStep` apart, its rows `rowStep`. */
  readonly rows: number;
  readonly images: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly isChannelLast: boolean;
  readonly weights: Float64Array;
  readonly weightSteps: { readonly output: number; readonly input: number };
}

function multiplied({ rows, images, inputs, outputs, isChannelLast, weights, weightSteps }: Matrices): KernelMap {
  const stepsFor = (channels: number) =>
    isChannelLast ? { channel: 1, pixel: channels } : { channel: rows, pixel: 1 };
  return new KernelMap({
    images,
    groups: 1,
    inputs,
    outputs,
    pixels: { input: rows, output: rows },
    steps: { input: stepsFor(inputs), output: stepsFor(outputs) },
    links: plain(rows),
    weights,
    weightSteps: { group: 0, tap: 0, ...weightSteps },
  });
}

const gemmRow: Row = {
  forms(node, operands) {
    const { alpha, beta, transA, transB } = gemm.parameters(node);
    const { shape } = operandAt(node, operands, 0);
    const [a = 1, b = 1] = shape;
    const [rows, inputs] = transA ? [b, a] : [a, b];
    const matrix = operandAt(node, operands, 1).shape;
    const outputs = matrix[transB ? 0 : 1] ?? 1;
    // A transposed operand has its channels first, one row of numbers each; its result has not.
    if (transA && rows > 1) throw new NotAffine('Gemm of a transposed operand');
    const map = multiplied({
      rows,
      images: 1,
      inputs,
      outputs,
      isChannelLast: true,
      weights: constantAt(node, operands, 1).map((x) => alpha * x),
      weightSteps: transB ? { output: inputs, input: 1 } : { output: 1, input: outputs },
    });
    const result = [rows, outputs];
    const c = operands[2];
    const bias = c && constantAt(node, operands, 2);
    const constant =
      bias &&
      taken(
        bias.map((x) => beta * x),
        broadcastPlaces(c.shape, result),
      );
    return [{ shape: result, terms: [{ operand: 0, map }], constant }];
  },
  follow(node, [axes = []], following) {
    if (gemm.parameters(node).transA) following.giveUpAll([axes]);
    const c = node.inputs[2]?.shape ?? [];
    const varies = c.length === 2 && c[0] !== 1;
    const [rows, channels] = axes;
    return [[varies ? following.giveUp(rows) : rows, following.blocks(channels, 1)]];
  },
};

/** A matrix for all: batches of constant matrices are not taken. */
function oneMatrix(node: Node, operands: Operands, index: number): readonly [number, number] {
  const { shape } = operandAt(node, operands, index);
  if (shape.length < 2 || sizeOf(shape.slice(0, -2)) !== 1) throw new NotAffine(`MatMul with a constant of [${shape}]`);
  return [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
}

const matMulRow: Row = {
  forms(node, operands) {
    const operand = operands[1]?.constant ? 0 : 1;
    const { shape } = operandAt(node, operands, operand);
    if (!operands[1 - operand]?.constant) throw new NotAffine('a product of two computed values');
    const [rows, columns] = oneMatrix(node, operands, 1 - operand);
    const weights = constantAt(node, operands, 1 - operand);
    const lead = operandAt(node, operands, 1 - operand).shape.length - shape.length;
    if (shape.length < 2 || lead > 0) throw new NotAffine(`MatMul with a value of [${shape}]`);
    if (operand === 0) {
      const outer = sizeOf(shape.slice(0, -1));
      const [inputs, outputs] = [rows, columns];
      const weightSteps = { output: 1, input: columns };
      const map = multiplied({
        rows: outer,
        images: 1,
        inputs,
        outputs,
        isChannelLast: true,
        weights,
        weightSteps,
      });
      return [{ shape: [...shape.slice(0, -1), columns], terms: [{ operand, map }] }];
    }
    const images = sizeOf(shape.slice(0, -2));
    const weightSteps = { output: columns, input: 1 };
    const inner = shape.at(-1) ?? 1;
    const parts = { rows: inner, images, inputs: columns, outputs: rows, isChannelLast: false, weights, weightSteps };
    return [{ shape: [...shape.slice(0, -2), rows, inner], terms: [{ operand, map: multiplied(parts) }] }];
  },
  follow(_node, [left, right], following) {
    const axes = left ?? right ?? [];
    const mixed = left ? axes.length - 1 : axes.length - 2;
    return [axes.map((axis, at) => (at === mixed ? following.blocks(axis, 1) : axis))];
  },
};

/** Sums of products of constants, over all letters that the result has not. */
function summedProducts(node: Node, operands: Operands): AffineForm {
  const { terms, result } = known(node, einsum.parameters(node).letters, 'letters');
  const lists = terms.map((_, index) => constantAt(node, operands, index));
  const sizes = new Map<string, number>();
  terms.forEach((letters, index) => {
    letters.forEach((letter, axis) => {
      sizes.set(letter, Math.max(sizes.get(letter) ?? 1, operandAt(node, operands, index).shape[axis] ?? 1));
    });
  });
  const letters = [...sizes.keys()];
  const placesIn = (term: readonly string[], shape: readonly number[]) => {
    const strides = stridesOf(shape);
    const steps = letters.map((letter) =>
      term.reduce((sum, each, axis) => sum + (each === letter && shape[axis] !== 1 ? (strides[axis] ?? 0) : 0), 0),
    );
    return sums(letters.map((letter, i) => counted(sizes.get(letter) ?? 1, (at) => at * (steps[i] ?? 0))));
  };
  const shape = result.map((letter) => sizes.get(letter) ?? 1);
  const places = terms.map((term, index) => placesIn(term, operandAt(node, operands, index).shape));
  const constant = new Float64Array(sizeOf(shape));
  placesIn(result, shape).forEach((target, at) => {
    const product = lists.reduce((factor, list, index) => factor * (list[places[index]?.[at] ?? 0] ?? 0), 1);
    constant[target] = (constant[target] ?? 0) + product;
  });
  return { shape, terms: [], constant };
}

/** Operators that multiply by constant weights. */
export const productRows: Readonly<Record<string, Row>> = {
  Conv: convRow,
  ConvTranspose: convTransposeRow,
  Gemm: gemmRow,
  MatMul: matMulRow,
  Einsum: { forms: (node, operands) => [summedProducts(node, operands)] },
};
