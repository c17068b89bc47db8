import onnxProto from 'onnx-proto';

const { ModelProto, AttributeProto, TensorProto } = onnxProto.onnx;
const { FLOAT, INT64 } = TensorProto.DataType;
const CHANNELS = 4;

/** A graph of one image whose height and width are open, written by hand. */
class Case {
  #nodes = [];
  #constants = [];

  node(opType, input, attributes = {}) {
    const name = `v${this.#nodes.length}`;
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.#nodes.push({ opType, input: input.map((each) => each ?? ''), output: [name], attribute });
    return name;
  }

  integers(...values) {
    return this.#constant(INT64, { int64Data: values, dims: [values.length] });
  }

  integer(value) {
    return this.#constant(INT64, { int64Data: [value], dims: [] });
  }

  matrix(values, dims) {
    return this.#constant(INT64, { int64Data: values, dims });
  }

  floats(values, dims) {
    return this.#constant(FLOAT, { floatData: values, dims });
  }

  /** A size of the image as a vector of one integer. */
  size(axis) {
    return this.node('Shape', ['x'], { start: axis, end: axis + 1 });
  }

  bytes(output) {
    const valueInfo = (name, shape) => ({ name, type: { tensorType: { elemType: FLOAT, shape } } });
    const dim = [{ dimValue: 1 }, { dimValue: CHANNELS }, { dimParam: 'height' }, { dimParam: 'width' }];
    const graph = {
      name: 'case',
      node: this.#nodes,
      initializer: this.#constants,
      input: [valueInfo('x', { dim })],
      output: [valueInfo(output)],
    };
    return ModelProto.encode({ irVersion: 8, opsetImport: [{ domain: '', version: 18 }], graph }).finish();
  }

  #constant(dataType, tensor) {
    const name = `c${this.#constants.length}`;
    this.#constants.push({ name, dataType, ...tensor });
    return name;
  }
}

function attributeOf(name, value) {
  const { INT, INTS, STRING } = AttributeProto.AttributeType;
  if (Array.isArray(value)) return { name, type: INTS, ints: value };
  if (typeof value === 'string') return { name, type: STRING, s: new TextEncoder().encode(value) };
  return { name, type: INT, i: value };
}

/** A kernel whose weights are all different. */
const kernel = (c, dims) => {
  const size = dims.reduce((product, each) => product * each, 1);
  return c.floats(
    Array.from({ length: size }, (_, i) => Math.sin(i + 1) / 3),
    dims,
  );
};

const half = (c, axis) => c.node('Div', [c.size(axis), c.integers(2)]);

/** Those whose sizes have to be even. */
const EVEN = ['windows'];

/** Those that take one element or another by positions that are computed: rounding to float16 moves some across. */
const JUMPS = /^sampled at a grid, nearest/;

/** What a program computes from the size of its image, by name. */
const CASES = {
  'slice from an end': (c) => c.node('Slice', ['x', c.integers(-3, 0), c.integers(2 ** 31, -2), c.integers(2, 3)]),
  'slice to a computed size': (c) => c.node('Slice', ['x', c.integers(0), half(c, 3), c.integers(3)]),
  'every second': (c) =>
    c.node('Slice', ['x', c.integers(1, 0), c.integers(2 ** 31, 2 ** 31), c.integers(2, 3), c.integers(2, 2)]),
  'last column': (c) => c.node('Gather', ['x', c.integer(-1)], { axis: 3 }),
  ...Object.fromEntries(
    ['constant', 'reflect', 'edge', 'wrap'].map((mode) => [
      `border ${mode}`,
      (c) => c.node('Pad', ['x', c.integers(0, 0, 1, 2, 0, 0, 3, 0)], { mode }),
    ]),
  ),
  'filled up to a multiple': (c) => {
    const plane = c.node('Shape', ['x'], { start: 2 });
    const rest = c.node('Mod', [c.node('Sub', [c.integers(0, 0), plane]), c.integers(4, 4)]);
    return c.node('Pad', ['x', c.node('Concat', [c.integers(0, 0, 0, 0, 0, 0), rest], { axis: 0 })]);
  },
  'windows behind borders that are computed': (c) => windowed(c, (wide) => wide),
  'windows of a rolled image': (c) =>
    windowed(c, (wide) => {
      const size = c.node('Shape', [wide], { start: 3, end: 4 });
      const at = c.node('Mod', [c.integers(-2), size]);
      const parts = [
        c.node('Slice', [wide, at, size, c.integers(3)]),
        c.node('Slice', [wide, c.integers(0), at, c.integers(3)]),
      ];
      return c.node('Concat', parts, { axis: 3 });
    }),
  'borders that take away at some sizes': (c) => {
    const rest = c.node('Sub', [c.integers(11, 11), c.node('Shape', ['x'], { start: 2 })]);
    return c.node('Pad', ['x', c.node('Concat', [c.integers(0, 0, 1, -1, 0, 0), rest], { axis: 0 })]);
  },
  'rows written by their number': (c) => {
    const all = c.node('Range', [c.integer(0), c.node('Squeeze', [c.size(2)]), c.integer(1)]);
    const last = c.node('Slice', [all, c.integers(-3), c.integers(2 ** 31), c.integers(0)]);
    const rows = c.node('Transpose', ['x'], { perm: [2, 0, 1, 3] });
    const places = c.node('Unsqueeze', [last, c.integers(1)]);
    const zeros = c.node('ConstantOfShape', [c.node('Shape', [c.node('Slice', [rows, c.integers(0), c.integers(3)])])]);
    return c.node('ScatterND', [rows, places, zeros]);
  },
  'the last row written over': (c) => {
    const row = c.node('Gather', [c.node('Transpose', ['x'], { perm: [2, 0, 1, 3] }), c.integers(0)], { axis: 0 });
    return c.node('ScatterND', [c.node('Transpose', ['x'], { perm: [2, 0, 1, 3] }), c.matrix([-1], [1, 1]), row]);
  },
  ...Object.fromEntries(
    ['linear', 'nearest'].flatMap((mode) =>
      [0, 1].map((corners) => [
        `sampled at a grid, ${mode}, ${corners ? 'corners aligned' : 'by borders'}`,
        (c) => {
          const channels = c.node('Slice', ['x', c.integers(0), c.integers(2), c.integers(1)]);
          const grid = c.node('Tanh', [c.node('Transpose', [channels], { perm: [0, 2, 3, 1] })]);
          return c.node('GridSample', ['x', grid], {
            mode: mode === 'linear' ? 'bilinear' : mode,
            align_corners: corners,
          });
        },
      ]),
    ),
  ),
  'blocks to space': (c) => c.node('DepthToSpace', ['x'], { blocksize: 2, mode: 'CRD' }),
  'transposed convolution': (c) =>
    c.node('ConvTranspose', ['x', kernel(c, [4, 3, 4, 3])], {
      strides: [2, 3],
      pads: [1, 0, 1, 1],
      output_padding: [1, 0],
    }),
  'same padding': (c) => c.node('Conv', ['x', kernel(c, [3, 4, 3, 3])], { strides: [2, 2], auto_pad: 'SAME_LOWER' }),
  'pool of maxima in ceil mode': (c) =>
    c.node('MaxPool', ['x'], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 }),
  'pool of means in ceil mode': (c) =>
    c.node('AveragePool', ['x'], { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 }),
  'resize by 2, linear': (c) => c.node('Resize', ['x', undefined, c.floats([1, 1, 2, 2], [4])], { mode: 'linear' }),
  'resize by a half, linear': (c) =>
    c.node('Resize', ['x', undefined, c.floats([1, 1, 0.5, 0.5], [4])], { mode: 'linear' }),
  ...Object.fromEntries(
    ['half_pixel', 'align_corners', 'asymmetric'].map((mode) => [
      `resize to a computed size, ${mode}`,
      (c) => resized(c, { mode: 'linear', coordinate_transformation_mode: mode }),
    ]),
  ),
  'resize to a computed size, nearest': (c) =>
    resized(c, { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }),
  windows: (c) => {
    const parts = [c.integers(1, 4), half(c, 2), c.integers(2), half(c, 3), c.integers(2)];
    const blocks = c.node('Reshape', ['x', c.node('Concat', parts, { axis: 0 })]);
    const turned = c.node('Transpose', [blocks], { perm: [0, 2, 4, 1, 3, 5] });
    return c.node('Reshape', [turned, c.integers(-1, 16)]);
  },
  tokens: (c) => {
    const tokens = c.node('Transpose', [c.node('Reshape', ['x', c.integers(0, 4, -1)])], { perm: [0, 2, 1] });
    const scores = c.node('Softmax', [c.node('MatMul', [tokens, c.node('Transpose', [tokens], { perm: [0, 2, 1] })])]);
    const mixed = c.node('Transpose', [c.node('MatMul', [scores, tokens])], { perm: [0, 2, 1] });
    return c.node('Reshape', [mixed, c.node('Shape', ['x'])]);
  },
  coordinates: (c) => {
    const size = c.node('Cast', [c.node('Squeeze', [c.size(3)])], { to: FLOAT });
    const all = c.node('Range', [c.floats([0], []), size, c.floats([1], [])]);
    return c.node('Add', ['x', c.node('Div', [all, size])]);
  },
  'a constant of its size': (c) => {
    const zeros = c.node('ConstantOfShape', [c.node('Shape', ['x'])]);
    return c.node('Concat', ['x', zeros], { axis: 1 });
  },
  'a mean over an image': (c) => {
    const mean = c.node('GlobalAveragePool', ['x']);
    return c.node('Concat', ['x', c.node('Expand', [mean, c.node('Shape', ['x'])])], { axis: 1 });
  },
};

/** Filled up to windows of 3 x 4, something done with that, cut into windows, mixed in each, and put together again. */
function windowed(c, change) {
  const [rows, columns] = [3, 4];
  const sides = c.integers(rows, columns);
  const plane = c.node('Shape', ['x'], { start: 2 });
  const rest = c.node('Mod', [c.node('Sub', [sides, c.node('Mod', [plane, sides])]), sides]);
  const pads = c.node('Concat', [c.integers(0, 0, 0, 0, 0, 0), rest], { axis: 0 });
  const wide = change(c.node('Pad', ['x', pads]));
  const counts = c.node('Div', [c.node('Add', [plane, rest]), sides]);
  const count = (axis) => c.node('Slice', [counts, c.integers(axis), c.integers(axis + 1)]);
  const cut = [c.integers(1, 4), count(0), c.integers(rows), count(1), c.integers(columns)];
  const blocks = c.node('Reshape', [wide, c.node('Concat', cut, { axis: 0 })]);
  const windows = c.node('Transpose', [blocks], { perm: [0, 2, 4, 3, 5, 1] });
  const tokens = c.node('Reshape', [windows, c.integers(-1, rows * columns, 4)]);
  const scores = c.node('Softmax', [c.node('MatMul', [tokens, c.node('Transpose', [tokens], { perm: [0, 2, 1] })])]);
  const joined = [c.integers(1), count(0), count(1), c.integers(rows, columns, 4)];
  const apart = c.node('Reshape', [c.node('MatMul', [scores, tokens]), c.node('Concat', joined, { axis: 0 })]);
  const together = c.node('Transpose', [apart], { perm: [0, 5, 1, 3, 2, 4] });
  const whole = c.node('Concat', [c.integers(1, 4), c.node('Add', [plane, rest])], { axis: 0 });
  return c.node('Slice', [c.node('Reshape', [together, whole]), c.integers(0, 0), plane, c.integers(2, 3)]);
}

function resized(c, attributes) {
  const plane = c.node('Add', [
    c.node('Mul', [c.node('Shape', ['x'], { start: 2 }), c.integers(2, 2)]),
    c.integers(3, 1),
  ]);
  const target = c.node('Concat', [c.node('Shape', ['x'], { end: 2 }), plane], { axis: 0 });
  return c.node('Resize', ['x', undefined, undefined, target], attributes);
}

/** Small graphs with `x` [1, 4, height, width], by name, whether both sizes have to be even, and whether float16 takes other elements. */
export function flexibleCases() {
  return Object.entries(CASES).map(([name, build]) => {
    const c = new Case();
    return { name, bytes: c.bytes(build(c)), isEven: EVEN.includes(name), jumps: JUMPS.test(name) };
  });
}
