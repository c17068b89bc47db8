import { randomGraph } from '../layout/random-graph.js';
import { network } from '../network.js';
import { branchBlock, Draw, mixedNetwork } from '../properties/random-networks.js';
import { fuzz } from './fuzz.js';
import { judgeOptimized } from './judge-optimized.js';
import { wideNetwork } from './networks/wide-network.js';

const SETTINGS = [
  { batch: 2, height: 11, width: 12 },
  { batch: 1, height: 9, width: 8 },
];

fuzz('passes', 0.7, (seed) => judgeOptimized(networkOf(seed), SETTINGS));

function networkOf(seed: number) {
  switch (seed % 4) {
    case 0:
      return network((n) => mixedNetwork(n, new Draw(seed)), { seed });
    case 1:
      return network((n) => branchBlock(n, new Draw(seed)), { seed });
    case 2:
      return randomGraph(seed);
    default:
      return wideNetwork(seed);
  }
}
