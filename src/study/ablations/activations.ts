import type { Value } from '../../model/index.js';
import { channelsOf, type Layers } from './layers.js';
import { fromWhole, squeezeExcite } from './squeeze-excite.js';

type Activation = (layers: Layers, x: Value) => Value;

/** That of the papers of both dynamic activations. */
const REDUCTION = 4;
/** Groups of channels in Dynamic Shift-Max. */
const GROUPS = 4;

/**
 * The activations of the paper's comparison, and HardSwish, which mobile networks have. Each is written with the nodes that
 * PyTorch exports for it: how many of them an engine joins again is part of what it costs.
 */
export const ACTIVATIONS = {
  ReLU: (layers, x) => layers.node('Relu', [x]),
  GELU: gelu,
  'SE-ReLU': (layers, x) => layers.node('Relu', [squeezeExcite(layers, x)]),
  SiLU: (layers, x) => layers.node('Mul', [x, layers.node('Sigmoid', [x])]),
  HardSwish: (layers, x) => layers.node('HardSwish', [x]),
  'Dynamic Shift-Max': dynamicShiftMax,
  'DynamicReLU-A': (layers, x) => dynamicRelu(layers, x, 1),
  'DynamicReLU-B': (layers, x) => dynamicRelu(layers, x, channelsOf(x)),
} as const satisfies Readonly<Record<string, Activation>>;

export type ActivationName = keyof typeof ACTIVATIONS;

/** x (1 + erf(x / sqrt 2)) / 2 */
function gelu(layers: Layers, x: Value): Value {
  const number = (value: number) => layers.constant([value], []);
  const erf = layers.node('Erf', [layers.node('Div', [x, number(Math.SQRT2)])]);
  const doubled = layers.node('Mul', [x, layers.node('Add', [erf, number(1)])]);
  return layers.node('Mul', [doubled, number(0.5)]);
}

/**
 * The largest of two lines, whose slopes and offsets are computed of the whole image (Chen et al., arXiv 2003.10027): slopes
 * 1 and 0, each up to 1 more or less, offsets 0, up to a half more or less.
 * @param lines how many pairs of lines: one for all channels, or one for each
 */
function dynamicRelu(layers: Layers, x: Value, lines: number): Value {
  const [a1, a2, b1, b2] = coefficients(layers, x, lines, [
    [1, 1],
    [1, 0],
    [0.5, 0],
    [0.5, 0],
  ]);
  const line = (slope: Value, offset: Value) => layers.node('Add', [layers.node('Mul', [x, slope]), offset]);
  return layers.node('Max', [line(a1, b1), line(a2, b2)]);
}

/**
 * The largest of two sums, each of a channel and the one that lies a group further, with factors that are computed of the whole
 * image (Li et al., MicroNet, arXiv 2108.05894).
 */
function dynamicShiftMax(layers: Layers, x: Value): Value {
  const channels = channelsOf(x);
  const further = Float64Array.from({ length: channels }, (_, at) => (at + channels / GROUPS) % channels);
  const shifted = layers.node('Gather', [x, layers.constant(further, [channels], 'int64')], { axis: 1 });
  const [a1, b1, a2, b2] = coefficients(layers, x, channels, [
    [1, 1],
    [1, 0],
    [1, 0],
    [1, 0],
  ]);
  const sum = (own: Value, other: Value) =>
    layers.node('Add', [layers.node('Mul', [x, own]), layers.node('Mul', [shifted, other])]);
  return layers.node('Max', [sum(a1, b1), sum(a2, b2)]);
}

type Four<T> = readonly [T, T, T, T];

/** Four factors for each of so many channels: how far each may move from where it rests. */
function coefficients(
  layers: Layers,
  x: Value,
  count: number,
  ranges: Four<readonly [reach: number, rest: number]>,
): Four<Value> {
  const gate = layers.node('Sigmoid', [fromWhole(layers, x, REDUCTION, 4 * count)]);
  const each = (value: (reach: number, rest: number) => number) =>
    layers.constant(
      ranges.flatMap(([reach, rest]) => new Array<number>(count).fill(value(reach, rest))),
      [1, 4 * count, 1, 1],
    );
  const spread = layers.node('Mul', [gate, each((reach) => 2 * reach)]);
  const moved = layers.node('Add', [spread, each((reach, rest) => rest - reach)]);
  const [a, b, c, d] = layers.nodes('Split', [moved], { axis: 1 }, 4);
  if (!a || !b || !c || !d) throw new Error('a split in four gives four');
  return [a, b, c, d];
}
