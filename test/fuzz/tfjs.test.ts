import { tfjs } from '../../src/formats/tfjs/index.js';
import { run } from '../formats/tfjs/judge.js';
import { randomGraph } from '../layout/random-graph.js';
import { fuzz } from './fuzz.js';
import { judgeLowered } from './judge-lowered.js';
import { wideNetwork } from './networks/wide-network.js';

fuzz('tfjs', 0.6, (seed) =>
  judgeLowered(seed % 2 ? wideNetwork(seed) : randomGraph(seed), (fused, feeds) => run(tfjs.lower(fused, {}), feeds)),
);
