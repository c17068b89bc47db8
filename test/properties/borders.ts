import { Tensor, type Value } from '../../src/model/index.js';
import type { Network } from '../network.js';
import { bounds, END, slices, stretched } from '../written-borders.js';
import type { Draw } from './random-networks.js';

const CHANNELS = 2;

/** Images with borders that are written over in some way, wholly or not, or copied; with readers before, between and behind. */
export function borderedNetwork(n: Network, draw: Draw): Value[] {
  const isOpen = draw.below(2) === 0;
  const size = isOpen
    ? ['batch', CHANNELS, 'height', 'width']
    : [draw.of([1, 2]), CHANNELS, 3 + draw.below(2), 3 + draw.below(3)];
  const x = draw.below(2) ? n.input(size) : n.relu(n.input(size));
  const { image, shift } = anyImage(n, draw, x);
  const outputs: Value[] = draw.below(4) ? [] : [draw.below(2) ? image : n.sigmoid(image)];
  const terms = [image, x]
    .filter(() => draw.below(2))
    .map((term) => (draw.below(2) ? n.conv(term, { bias: draw.below(2) === 0 }) : term));
  for (let i = 1 + draw.below(3); i > 0; i--) {
    const width = draw.of([1, 1, 2]);
    const bordered = draw.below(4) ? written(n, draw, image, shift, width) : copied(n, draw, image, width);
    if (draw.below(8) === 0) outputs.push(bordered);
    const kernel = draw.of([2 * width + 1, 2 * width + 1, width + 1, 1]);
    const y = n.conv(bordered, { kernel, bias: draw.below(2) === 0, group: draw.of([1, 1, CHANNELS]) });
    if (kernel === 2 * width + 1) terms.push(y);
    else outputs.push(y);
  }
  const [first, ...rest] = terms;
  if (first)
    outputs.push(n.conv(rest.reduce((sum, term) => n.node(draw.of(['Add', 'Add', 'Sub']), [sum, term]), first)));
  return outputs;
}

/** A value, and the constant per channel that was added to it last. */
function anyImage(n: Network, draw: Draw, x: Value): { image: Value; shift: readonly number[] } {
  const shift = [draw.of([0.5, -1.5, 0]), draw.of([2, 0.25, 0])];
  const weight = n.random([CHANNELS, CHANNELS, 1, 1]);
  const constant = n.constant(shift, [CHANNELS, 1, 1]);
  switch (draw.below(5)) {
    case 0:
      return { image: x, shift };
    case 1:
      return { image: n.add(x, constant), shift };
    case 2:
      return { image: n.add(n.mul(x, n.random([CHANNELS, 1, 1])), constant), shift };
    default:
      return { image: n.node('Conv', [x, weight, n.constant(shift)]), shift };
  }
}

/** Zeros around the image, and then what an exporter may write over them. */
function written(n: Network, draw: Draw, image: Value, shift: readonly number[], width: number): Value {
  const values = draw.below(4) ? shift : [draw.of([1, 3]), -2];
  const padded = n.node('Pad', [image, n.integers(around(width)), ...(draw.below(4) ? [] : [n.constant(0.5)])]);
  switch (draw.below(6)) {
    case 0:
      return joined(n, image, values, width);
    case 1:
      return masked(n, draw, image, padded, values, width);
    case 2:
      return listed(n, draw, padded, values, width);
    case 3: {
      const half = stretched(
        n,
        padded,
        values,
        draw.of([2, 3]),
        draw.of([
          [0, width],
          [-width, END],
          [0, 1],
        ] as const),
      );
      return draw.below(2) ? half : slices(n, half, values, draw.of([width, 1]));
    }
    case 4:
      return stretched(
        n,
        slices(n, padded, values, width),
        [1, 2],
        draw.of([2, 3]),
        draw.of([
          [0, 1],
          [-1, END],
        ] as const),
      );
    default:
      return slices(n, padded, values, width);
  }
}

const around = (width: number) => [0, 0, width, width, 0, 0, width, width];

function copied(n: Network, draw: Draw, image: Value, width: number): Value {
  return n.node('Pad', [image, n.integers(around(width))], { mode: draw.of(['reflect', 'edge']) });
}

function joined(n: Network, image: Value, values: readonly number[], width: number): Value {
  const bias = n.constant(values, [1, CHANNELS, 1, 1]);
  const sizes = (x: Value, start: number, end: number) =>
    n.node('Shape', [n.node('Slice', [x, ...bounds(n, 0, END, 2)])], { start, end });
  const lines = n.integers([width]);
  const side = n.node('Expand', [bias, n.concat([sizes(image, 0, 3), lines], 0)]);
  const wide = n.concat([side, image, side], 3);
  const row = n.node('Expand', [bias, n.concat([sizes(wide, 0, 2), lines, sizes(wide, 3, 4)], 0)]);
  return n.concat([row, wide, row], 2);
}

function masked(n: Network, draw: Draw, image: Value, padded: Value, values: readonly number[], width: number): Value {
  const bias = n.constant(values, [CHANNELS, 1, 1]);
  const ones = n.node('Expand', [n.constant(1, [1]), n.node('Shape', [image])]);
  const mask = n.node('Pad', [ones, n.integers(around(draw.of([width, width, width])))]);
  const outside = n.mul(n.sub(n.constant(1), mask), bias);
  switch (draw.below(3)) {
    case 0:
      return n.node('Where', [n.node('Greater', [mask, n.constant(0)]), padded, bias]);
    case 1:
      return n.add(n.mul(padded, mask), outside);
    default:
      return n.add(padded, outside);
  }
}

/** Sides as lists of places, of an image of known size; perhaps one place less. */
function listed(n: Network, draw: Draw, padded: Value, values: readonly number[], width: number): Value {
  const sizes = (padded.shape ?? []).map(Number);
  const [batch = 1, , height = 0, columns = 0] = sizes;
  if (sizes.some(Number.isNaN)) return slices(n, padded, values, width);
  const places: number[][] = [];
  for (let i = 0; i < batch; i++) {
    for (let c = 0; c < CHANNELS; c++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < columns; x++) {
          const isBorder = y < width || x < width || y >= height - width || x >= columns - width;
          if (isBorder) places.push([i, c, y, x]);
        }
      }
    }
  }
  if (draw.below(2)) places.splice(draw.below(places.length), 1);
  const indices = n.model.graph.addConstant(Tensor.from('int64', [places.length, 4], places.flat()));
  const updates = n.constant(places.map(([, c = 0]) => values[c] ?? 0));
  return n.node('ScatterND', [padded, indices, updates]);
}
