import { fuzz } from './fuzz.js';
import { judgeOptimized } from './judge-optimized.js';
import { constantNetwork } from './networks/constant-network.js';

fuzz('folding', 0.6, (seed) => judgeOptimized(constantNetwork(seed), [{}]));
