import { describe, expect, test } from 'vitest';
import { fitTimeModel, type Observed } from '../../src/study/explain/index.js';
import type { StaticFigures } from '../../src/study/static/index.js';

/** What the sum is made of here, in milliseconds: for a node, a byte that is computed on or rearranged, and MACs of two classes. */
const MADE_OF = { node: 0.002, byte: 3e-8, rearranged: 2e-7, dense: 2e-8, pointwise: 3e-8 };

interface Counts {
  readonly nodes: number;
  readonly bytes: number;
  readonly rearranged: number;
  readonly dense: number;
  readonly pointwise: number;
}

function figuresOf({ nodes, bytes, rearranged, dense, pointwise }: Counts): StaticFigures {
  const half = rearranged / 2;
  return {
    ...{ macs: dense + pointwise, parameters: 1, activations: 1, bytesMoved: bytes + rearranged, intensity: 1 },
    moved: { weights: 0, activations: bytes + rearranged },
    operators: {
      Conv: { nodes: nodes - 2, macs: dense + pointwise, bytes },
      Concat: { nodes: 1, macs: 0, bytes: half },
      Transpose: { nodes: 1, macs: 0, bytes: half },
    },
    products: {
      dense: { nodes: 1, macs: dense, bytes: 0 },
      pointwise: { nodes: 1, macs: pointwise, bytes: 0 },
    },
    ...{ nodes, depth: 1, branches: 0, synchronisations: 0, activationFunctions: {} },
  };
}

/** Four families of networks that take exactly what they are made of, times what is told of each. */
function observed(count: number, disturbed: (index: number) => number = () => 1): Observed {
  const observations = Array.from({ length: count }, (_, i) => {
    const spread = (k: number) => 1 + ((i * k) % 17);
    const counts = {
      nodes: 10 * spread(3),
      bytes: 1e6 * spread(5),
      rearranged: 1e5 * spread(7),
      dense: 1e7 * spread(11),
      pointwise: 1e7 * spread(13),
    };
    const { node, byte, rearranged, dense, pointwise } = MADE_OF;
    const latency =
      node * counts.nodes +
      byte * counts.bytes +
      rearranged * counts.rearranged +
      dense * counts.dense +
      pointwise * counts.pointwise;
    return { path: `${i}`, family: `${i % 4}`, figures: figuresOf(counts), latency: latency * disturbed(i) };
  });
  return { engine: 'native', threads: 1, observations };
}

describe('time as a sum', () => {
  test('is taken apart again, what rearranges apart from what computes', () => {
    const fit = fitTimeModel(observed(40));
    const { node, byte, rearranged, dense, pointwise } = MADE_OF;
    const expected = {
      nodes: node,
      bytes: byte,
      'bytes rearranged': rearranged,
      'macs dense': dense,
      'macs pointwise': pointwise,
    };
    for (const [term, value] of Object.entries(expected))
      expect((fit?.coefficients[term] ?? 0) / value).toBeCloseTo(1, 6);
    for (const term of ['macs depthwise', 'macs matrix']) expect(fit?.coefficients[term]).toBe(0);
    expect(fit).toMatchObject({ n: 40, families: 4 });
    expect(fit?.medianError).toBeLessThan(1e-6);
  });

  test('is judged by networks whose family was left out', () => {
    // One family is half as fast: the fit of the others is off by a half for all of it, and a little for them.
    const fit = fitTimeModel(observed(40, (i) => (i % 4 === 0 ? 2 : 1)));
    const slow = fit?.networks.filter(({ path }) => Number(path) % 4 === 0) ?? [];
    expect(slow).toHaveLength(10);
    for (const { latency, predicted } of slow) expect(predicted / latency).toBeCloseTo(0.5, 6);
  });

  test('names what takes most of a network', () => {
    const bounds = fitTimeModel(observed(40))?.networks ?? [];
    for (const { shares, bound } of bounds) {
      expect(shares[bound]).toBe(Math.max(...Object.values(shares)));
      expect(Object.values(shares).reduce((a, b) => a + b)).toBeCloseTo(1, 9);
    }
  });

  test('is not told of fewer than two networks for each term, or of fewer than three families', () => {
    expect(fitTimeModel(observed(15))).toBeUndefined();
    expect(fitTimeModel(observed(16))).toBeDefined();
    const { observations, ...rest } = observed(40);
    const two = observations.map((each, i) => ({ ...each, family: `${i % 2}` }));
    expect(fitTimeModel({ ...rest, observations: two })).toBeUndefined();
  });
});
