import { fuzz } from './fuzz.js';
import { judgeOptimized } from './judge-optimized.js';
import { sizeNetwork } from './networks/size-network.js';

/** Ordinary images, none at all, and sizes at which narrow integers wrap. */
const SETTINGS = [
  { batch: 1, height: 7, width: 5 },
  { batch: 3, height: 2, width: 1 },
  { batch: 2, height: 0, width: 4 },
  { batch: 1, height: 300, width: 2 },
  // No elements, so these cost nothing.
  { batch: 70000, height: 46341, width: 0 },
];

fuzz('sizes', 0.6, (seed) => judgeOptimized(sizeNetwork(seed), SETTINGS));
