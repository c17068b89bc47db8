import { coreml } from '../../src/formats/coreml/index.js';
import { runPackage } from '../formats/coreml/judge.js';
import { randomGraph } from '../layout/random-graph.js';
import { fuzz } from './fuzz.js';
import { judgeLowered } from './judge-lowered.js';
import { wideNetwork } from './networks/wide-network.js';

fuzz('coreml', 0.6, (seed) =>
  judgeLowered(seed % 2 ? wideNetwork(seed) : randomGraph(seed), (fused, feeds) =>
    runPackage(coreml.lower(fused, { precision: 'fp32' }), feeds),
  ),
);
