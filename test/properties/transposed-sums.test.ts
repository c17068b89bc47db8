import { expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { type Network, network } from '../network.js';
import { expectFusedAlike } from './expect-fused-alike.js';
import { Draw } from './random-networks.js';

const NETWORKS = 80;
const ROUNDING = 4e-6;
const SETTINGS = [{ height: 3, width: 6 }];

/** One whose result is `stride` times as large as its source. */
function transposed(n: Network, x: Value, stride: number, draw: Draw): Value {
  const dilation = draw.of([1, 1, 2]);
  const added = draw.below(stride);
  const kernel = draw.of([1, 2, 3, 4, 5].filter((size) => (size - 1) * dilation + 1 + added >= stride));
  const total = (kernel - 1) * dilation + 1 + added - stride;
  const [top, left] = [draw.below(total + 1), draw.below(total + 1)];
  const group = draw.of([1, 1, 2, 4]);
  const y = n.node(
    'ConvTranspose',
    [x, n.random([4, 4 / group, kernel, kernel]), ...(draw.below(2) ? [n.random([4])] : [])],
    {
      strides: [stride, stride],
      dilations: [dilation, dilation],
      pads: [top, left, total - top, total - left],
      output_padding: [added, added],
      group,
    },
  );
  return draw.below(3) ? y : n.batchNorm(y, 1e-3);
}

function networkOf(seed: number) {
  const draw = new Draw(seed);
  return network(
    (n) => {
      const x = n.relu(n.input([1, 4, 'height', 'width']));
      const stride = draw.of([1, 2, 3]);
      const terms = Array.from({ length: 2 + draw.below(4) }, () => transposed(n, x, stride, draw));
      if (stride === 1 && draw.below(2)) terms.splice(draw.below(3), 0, x);
      return n.relu(terms.reduce((a, b) => n.node(draw.of(['Add', 'Sub', 'Add']), draw.below(2) ? [a, b] : [b, a])));
    },
    { seed },
  );
}

test('sums of transposed convolutions of one value answer as before, and a second run changes nothing', async () => {
  let merged = 0;
  for (let seed = 1; seed <= NETWORKS; seed++) {
    const name = `network ${seed}`;
    const { before, after } = await expectFusedAlike(networkOf(seed), { name, settings: SETTINGS, rounding: ROUNDING });
    if (after.count('ConvTranspose') < before.count('ConvTranspose')) merged++;
  }
  expect(merged).toBeGreaterThan(NETWORKS / 2);
});
