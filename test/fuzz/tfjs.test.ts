import { tfjs } from '../../src/formats/tfjs/index.js';
import { load, run, sha256 } from '../formats/tfjs/judge.js';
import { randomGraph } from '../layout/random-graph.js';
import { fuzz } from './fuzz.js';
import { judgeLowered } from './judge-lowered.js';
import { wideNetwork } from './networks/wide-network.js';

fuzz('tfjs', 0.6, (seed) =>
  judgeLowered(seed % 2 ? wideNetwork(seed) : randomGraph(seed), async (fused, feeds) => {
    const lowered = tfjs.lower(fused, {});
    const loaded = await load(tfjs.write(lowered.program, 'model', sha256));
    const answers = await run(loaded, lowered, feeds);
    loaded.dispose();
    return answers;
  }),
);
