import { describe, expect, test } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import type { Model, PlainAttribute, Value } from '../../src/model/index.js';
import { Changes } from '../../src/passes/pass.js';
import { spellComposites } from '../../src/passes/spell-composites.js';
import { type Network, network } from '../network.js';
import { expectExact, expectSameAnswers, expectUntouched } from './apply-pass.js';

type Build = (n: Network) => Value | Value[];

const causal = { is_causal: 1 };
const threeHeads = { q_num_heads: 3, kv_num_heads: 3 };

/** Q, K and V of two images, three heads and a length of 4 and 6. */
const headed = (n: Network): Value[] => [n.input([2, 3, 4, 8]), n.input([2, 3, 6, 8]), n.input([2, 3, 6, 10])];

const attentions: Record<string, Build> = {
  'of heads': (n) => n.node('Attention', headed(n)),
  'of a batch that is not known': (n) =>
    n.node('Attention', [n.input(['b', 4, 24]), n.input(['b', 6, 24]), n.input(['b', 6, 30])], threeHeads),
  'of heads that share keys': (n) =>
    n.node('Attention', [n.input([2, 4, 48]), n.input([2, 6, 16]), n.input([2, 6, 16])], {
      q_num_heads: 6,
      kv_num_heads: 2,
    }),
  'with a scale and a cap': (n) => n.node('Attention', headed(n), { scale: { float: 0.7 }, softcap: { float: 0.5 } }),
  'that sees no key behind': (n) => n.node('Attention', headed(n), causal),
  'that sees all of the past': (n) =>
    n.nodes('Attention', [...headed(n), undefined, n.input([2, 3, 2, 8]), n.input([2, 3, 2, 10])], causal, 3),
  'with a mask of numbers': (n) => n.node('Attention', [...headed(n), n.input([4, 6])]),
  'with a mask that hides every key from one query': (n) => {
    const seen = Array.from({ length: 24 }, (_, at) => Number(at > 5 && at % 3 > 0));
    return n.node('Attention', [...headed(n), n.constant(seen, [4, 6], 'bool')], causal);
  },
  'of a buffer that is full in part': (n) =>
    n.node('Attention', [...headed(n), undefined, undefined, undefined, n.integers([6, 4])]),
  'of a buffer whose last query is the last key': (n) =>
    n.node('Attention', [...headed(n), undefined, undefined, undefined, n.integers([6, 5])], causal),
};
for (const mode of [0, 3]) {
  attentions[`that gives the scores of stage ${mode}`] = (n) =>
    n
      .nodes('Attention', [...headed(n), n.input([4, 6])], { qk_matmul_output_mode: mode }, 4)
      .filter((_, index) => index === 0 || index === 3);
}

describe('Attention', () => {
  test.each(Object.entries(attentions))('%s', async (_, build) => {
    const graph = await expectExact(network(build, { opset: 24 }), spellComposites);
    expect(graph.count('Attention')).toBe(0);
    expect(graph.count('Softmax')).toBe(1);
  });

  // ONNX Runtime wants the mask as long as the keys, so the answers are those with the missing ones hidden by it.
  test('with a mask that is shorter than the keys', async () => {
    const attended = (keys: number) => (n: Network) => {
      const mask = Array.from({ length: 4 * keys }, (_, at) =>
        at % keys < 5 ? Math.sin(Math.floor(at / keys) + 2 * (at % keys)) : Number.NEGATIVE_INFINITY,
      );
      return named([n.node('Attention', [...headed(n), n.constant(mask, [1, 4, keys])])]);
    };
    await expectAs(network(attended(6), { opset: 24 }), network(attended(5), { opset: 24 }));
  });

  test('of a length that is not known stays where keys are hidden by their place', () => {
    const keys = (n: Network) => n.input([1, 3, 'keys', 8]);
    const model = network((n) => n.node('Attention', [n.input([1, 3, 4, 8]), keys(n), keys(n)], causal), { opset: 24 });
    expectUntouched(model, spellComposites);
  });
});

describe('RotaryEmbedding', () => {
  const caches = (n: Network, width: number) => [n.random([9, width]), n.random([9, width])];
  const positions = (n: Network) => n.constant([8, 0, 3, 3, 1, 2], [2, 3], 'int64');

  test.each<[string, Build]>([
    ['of heads', (n) => n.node('RotaryEmbedding', [n.input([2, 4, 3, 8]), ...caches(n, 4), positions(n)])],
    [
      'of neighbours',
      (n) => n.node('RotaryEmbedding', [n.input([2, 4, 3, 8]), ...caches(n, 4), positions(n)], { interleaved: 1 }),
    ],
    [
      'of heads that lie side by side',
      (n) => n.node('RotaryEmbedding', [n.input([2, 3, 32]), ...caches(n, 4), positions(n)], { num_heads: 4 }),
    ],
    [
      'of a part of each head, with angles for each place',
      (n) =>
        n.node('RotaryEmbedding', [n.input([2, 3, 32]), n.input([2, 3, 2]), n.input([2, 3, 2])], {
          num_heads: 4,
          rotary_embedding_dim: 4,
          interleaved: 1,
        }),
    ],
  ])('%s', async (_, build) => {
    const graph = await expectExact(network(build, { opset: 23 }), spellComposites);
    expect(graph.count('RotaryEmbedding')).toBe(0);
  });
});

describe('AffineGrid', () => {
  test.each([0, 1])('over two and three axes, align_corners %i', async (align) => {
    for (const [theta, size] of [
      [
        [2, 2, 3],
        [2, 3, 5, 6],
      ],
      [
        [2, 3, 4],
        [2, 3, 4, 5, 6],
      ],
    ] as const) {
      const model = network((n) => n.node('AffineGrid', [n.input(theta), n.integers(size)], { align_corners: align }), {
        opset: 20,
      });
      const graph = await expectExact(model, spellComposites);
      expect(graph.count('AffineGrid')).toBe(0);
    }
  });
});

describe('Col2Im', () => {
  const cases: Record<
    string,
    [columns: readonly (number | string)[], image: number[], block: number[], given: object]
  > = {
    'of windows side by side': [[2, 12, 4], [4, 6], [2, 3], { strides: [2, 3] }],
    'of windows that overlap': [[2, 27, 16], [6, 6], [3, 3], {}],
    'with strides that leave a rest': [[1, 18, 9], [6, 9], [2, 3], { strides: [2, 3], pads: [0, 1, 0, 0] }],
    'with holes': [[1, 4, 16], [6, 6], [2, 2], { dilations: [2, 2] }],
    'of a batch that is not known': [['b', 8, 9], [4, 4], [2, 2], {}],
  };
  test.each(Object.entries(cases))('%s', async (_, [columns, image, block, given]) => {
    const build: Build = (n) =>
      n.node('Col2Im', [n.input(columns), n.integers(image), n.integers(block)], { ...given });
    const graph = await expectExact(network(build, { opset: 18 }), spellComposites);
    expect(graph.count('Col2Im')).toBe(0);
  });

  test('stays where the places do not fill the image', () => {
    const model = network((n) => n.node('Col2Im', [n.input([1, 4, 5]), n.integers([4, 4]), n.integers([2, 2])]), {
      opset: 18,
    });
    expectUntouched(model, spellComposites);
  });
});

test.each([
  [[9, 4, 6], undefined],
  [
    [5, 8],
    [-2, 2],
  ],
])('CenterCropPad to %j', async (sizes, axes) => {
  const model = network((n) => n.node('CenterCropPad', [n.input([6, 7, 3]), n.integers(sizes)], { axes }), {
    opset: 18,
  });
  const graph = await expectExact(model, spellComposites, 0);
  expect(graph.count('CenterCropPad')).toBe(0);
});

const STEPS = 4;
const [BATCH, WIDTH, SIZE] = [2, 3, 5];

interface Recurrent {
  readonly operator: 'RNN' | 'GRU' | 'LSTM';
  readonly opset?: number;
  readonly direction?: string;
  readonly bias?: boolean;
  readonly initial?: boolean;
  readonly peepholes?: boolean;
  readonly lengths?: readonly number[];
  readonly steps?: number | string;
  readonly attributes?: Readonly<Record<string, number | { float: number }>>;
  readonly functions?: readonly string[];
}

const GATES = { RNN: 1, GRU: 3, LSTM: 4 } as const;

function recurrent(given: Recurrent) {
  const { operator, opset = 14, direction = 'forward', steps = STEPS, attributes = {}, functions } = given;
  const count = direction === 'bidirectional' ? 2 : 1;
  const gates = GATES[operator];
  const states = operator === 'LSTM' ? 2 : 1;
  const names = functions?.map((name) => new TextEncoder().encode(name));
  return network(
    (n) => {
      const state = () => (given.initial ? n.input([count, BATCH, SIZE]) : undefined);
      return n.nodes(
        operator,
        [
          n.input([steps, BATCH, WIDTH]),
          n.random([count, gates * SIZE, WIDTH]),
          n.random([count, gates * SIZE, SIZE]),
          given.bias ? n.random([count, 2 * gates * SIZE]) : undefined,
          given.lengths && n.constant(given.lengths, undefined, 'int32'),
          ...Array.from({ length: states }, state),
          ...(given.peepholes ? [n.random([count, 3 * SIZE])] : []),
        ],
        {
          direction,
          hidden_size: SIZE,
          ...attributes,
          activations: names && { kind: 'strings', value: names },
        },
        states + 1,
      );
    },
    { opset },
  );
}

describe('a recurrent network is written step by step', () => {
  test.each<Recurrent>([
    { operator: 'RNN' },
    { operator: 'RNN', bias: true, initial: true, direction: 'reverse', functions: ['Relu'] },
    { operator: 'RNN', direction: 'bidirectional', functions: ['Relu', 'Sigmoid'], lengths: [STEPS, STEPS] },
    { operator: 'LSTM' },
    { operator: 'LSTM', opset: 8, bias: true, initial: true, direction: 'bidirectional' },
    { operator: 'LSTM', bias: true, initial: true, peepholes: true },
    { operator: 'GRU' },
    { operator: 'GRU', bias: true },
    { operator: 'GRU', bias: true, initial: true, direction: 'bidirectional' },
    { operator: 'GRU', attributes: { linear_before_reset: 1 } },
    { operator: 'GRU', bias: true, direction: 'reverse', attributes: { linear_before_reset: 1 } },
    { operator: 'GRU', bias: true, initial: true, attributes: { linear_before_reset: 1 } },
  ])('%j', async (given) => {
    const graph = await expectExact(recurrent(given), spellComposites);
    expect(graph.count(given.operator)).toBe(0);
  });

  test.each<Recurrent>([
    { operator: 'LSTM', steps: 'time' },
    { operator: 'LSTM', attributes: { input_forget: 1 } },
    { operator: 'GRU', attributes: { clip: { float: 0.5 } } },
    { operator: 'GRU', lengths: [STEPS, 2] },
    { operator: 'RNN', functions: ['LeakyRelu'] },
  ])('but not %j', (given) => {
    expectUntouched(recurrent(given), spellComposites);
  });

  // ONNX Runtime refuses layout 1, so the answers are those of the same network with the axes exchanged.
  test.each(['forward', 'bidirectional'])('also with the batch first, %s', async (direction) => {
    const count = direction === 'forward' ? 1 : 2;
    const written = network((n) => named(lstm(n, count, n.input([BATCH, STEPS, WIDTH]), { direction, layout: 1 })), {
      opset: 14,
    });
    const reference = network(
      (n) => {
        const turned = (x: Value, perm: readonly number[]) => n.node('Transpose', [x], { perm });
        const x = turned(n.input([BATCH, STEPS, WIDTH]), [1, 0, 2]);
        const [y, ...states] = lstm(n, count, x, { direction });
        return named([...(y ? [turned(y, [2, 0, 1, 3])] : []), ...states.map((state) => turned(state, [1, 0, 2]))]);
      },
      { opset: 14 },
    );
    await expectAs(reference, written);
    expect(written.graph.count('LSTM')).toBe(0);
  });
});

/** Holds what the pass makes of a network against another network, which says the same in a way that ONNX Runtime takes. */
async function expectAs(reference: Model, written: Model): Promise<void> {
  spellComposites.run(written.graph, new Changes());
  written.graph.check();
  await expectSameAnswers(written.graph, writeOnnx(reference), writeOnnx(written), 1e-6);
}

function lstm(n: Network, count: number, x: Value, attributes: Record<string, PlainAttribute>): Value[] {
  const weights = [n.random([count, 4 * SIZE, WIDTH]), n.random([count, 4 * SIZE, SIZE])];
  return n.nodes('LSTM', [x, ...weights], { hidden_size: SIZE, ...attributes }, 3);
}

function named(values: readonly Value[]): readonly Value[] {
  values.forEach((value, index) => {
    value.name = `result_${index}`;
  });
  return values;
}
