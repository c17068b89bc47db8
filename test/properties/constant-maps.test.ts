import { expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { type Network, network } from '../network.js';
import { expectFusedAlike } from './expect-fused-alike.js';
import { Draw } from './random-networks.js';

const NETWORKS = 150;
const ROUNDING = 4e-6;
const [CHANNELS, HEIGHT, WIDTH] = [4, 5, 6];
const SETTINGS = [{ batch: 1 }, { batch: 3 }];

/** What can take a scale, or only lets it through, before and behind a constant that is added. */
function linear(n: Network, x: Value, draw: Draw): Value {
  const attributes = { group: 2, kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  switch (draw.below(5)) {
    case 0:
      return n.node('ConvTranspose', [x, n.random([CHANNELS, CHANNELS / 2, 3, 3])], attributes);
    case 1:
      return n.node('MatMul', [x, n.random([WIDTH, WIDTH])]);
    case 2:
      return n.relu(x);
    default:
      return n.conv(x, { kernel: 3, pad: 1, bias: draw.below(2) === 0 });
  }
}

function constantMap(n: Network, x: Value, draw: Draw): Value {
  const sizes = [1, CHANNELS, HEIGHT, WIDTH].map((size) => (draw.below(3) ? size : 1)).slice(draw.below(4));
  const operands = [x, n.random(sizes, -2, 2)];
  return n.node(draw.of(['Add', 'Sub']), draw.below(3) ? operands : operands.reverse());
}

function scaled(n: Network, x: Value, draw: Draw): Value {
  if (draw.below(3)) return n.batchNorm(x, 1e-3);
  const sizes = draw.of([[], [CHANNELS, 1, 1], [WIDTH], [HEIGHT, 1]]);
  return n.node(draw.of(['Mul', 'Div']), [x, n.random(sizes, 0.3, 2)]);
}

function networkOf(seed: number) {
  const draw = new Draw(seed);
  return network(
    (n) => {
      let x: Value = n.input(['batch', CHANNELS, HEIGHT, WIDTH]);
      for (const step of draw.of([
        [constantMap, scaled],
        [constantMap, constantMap, scaled],
        [scaled, constantMap],
      ])) {
        if (draw.below(2)) x = linear(n, x, draw);
        x = step(n, x, draw);
      }
      return draw.below(2) ? linear(n, x, draw) : x;
    },
    { seed },
  );
}

test('a scale moves past constant maps of every shape: answers stay, and a second run changes nothing', async () => {
  let moved = 0;
  for (let seed = 1; seed <= NETWORKS; seed++) {
    const name = `network ${seed}`;
    const { before, after } = await expectFusedAlike(networkOf(seed), { name, settings: SETTINGS, rounding: ROUNDING });
    if (after.sorted().length < before.sorted().length) moved++;
  }
  expect(moved).toBeGreaterThan(NETWORKS / 3);
});
