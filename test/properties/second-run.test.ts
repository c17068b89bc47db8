import { expect, test } from 'vitest';
import { readOnnx, writeOnnx } from '../../src/formats/onnx/index.js';
import type { Model } from '../../src/model/index.js';
import { optimize } from '../../src/passes/pipeline.js';
import { randomGraph } from '../layout/random-graph.js';
import { network } from '../network.js';
import { branchBlock, Draw, mixedNetwork } from './random-networks.js';

const generators = {
  mixedNetwork: (seed: number) => network((n) => mixedNetwork(n, new Draw(seed)), { seed }),
  branchBlock: (seed: number) => network((n) => branchBlock(n, new Draw(seed)), { seed }),
  randomGraph,
};

/** Lets some constants arrive through Identity, as exporters share equal parameters: nothing is known of them at first. */
function hideConstants({ graph }: Model, draw: Draw): void {
  for (const node of graph.sorted()) {
    node.inputs.forEach((value, index) => {
      if (!value?.constant || draw.below(3) > 0) return;
      const origin = [{ name: 'hidden', operator: 'Identity', index: 1000 }];
      graph.setInput(node, index, graph.insert({ operator: 'Identity', inputs: [value], origin }).output());
    });
  }
}

test.each([
  ['mixedNetwork', 400],
  ['branchBlock', 200],
  ['randomGraph', 400],
] as const)('%s: a second run gives the same bytes', (name, count) => {
  let changed = 0;
  for (let seed = 1; seed <= count; seed++) {
    const model = generators[name](seed);
    hideConstants(model, new Draw(seed));
    const first = readOnnx(writeOnnx(model));
    if (optimize(first).count > 0) changed++;
    const bytes = writeOnnx(first);
    const second = readOnnx(bytes);
    optimize(second);
    expect(Buffer.compare(writeOnnx(second), bytes), `network ${seed}`).toBe(0);
  }
  expect(changed).toBeGreaterThan(0.9 * count);
});
