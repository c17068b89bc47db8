import { expect, test } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import { inferTypes } from '../../src/operators/infer.js';
import { fuseAffine } from '../../src/passes/fuse-affine.js';
import { moveScales } from '../../src/passes/move-scales.js';
import { Changes } from '../../src/passes/pass.js';
import { network } from '../network.js';
import { answers, differenceOfAnswers } from './answers.js';
import { branchBlock, Draw, mixedNetwork } from './random-networks.js';

/** Every merge that the algebra allows, whatever it costs: with the cost rule most of the algebra is never reached. */
const fuseAll = fuseAffine(Number.POSITIVE_INFINITY);

/** Rounding alone, of weights merged in float64; the smallest wrong rule seen (a lost epsilon of 1e-5) gives 2e-5. */
const ROUNDING = 4e-6;
/** Where terms cancel, rounding grows as it does when an input moves by one unit in its last place. */
const TIMES_NOISE = 20;
const LAST_PLACE = 2 ** -23;

const generators = { mixedNetwork, branchBlock };

test.each([
  ['mixedNetwork', 400],
  ['branchBlock', 250],
] as const)('%s: fused answers like unfused, border pixels included', async (name, count) => {
  let fused = 0;
  for (let seed = 1; seed <= count; seed++) {
    const model = network((n) => generators[name](n, new Draw(seed)), { seed });
    const { graph } = model;
    inferTypes(graph);
    const before = writeOnnx(model);
    const changes = new Changes();
    for (const pass of [fuseAll, moveScales, fuseAll]) pass.run(graph, changes);
    graph.check();
    if (changes.count === 0) continue;
    fused++;
    const sizes = { batch: 2, height: 11, width: 12 };
    const expected = await answers(before, graph, sizes);
    const noise = differenceOfAnswers(expected, await answers(before, graph, sizes, LAST_PLACE));
    const difference = differenceOfAnswers(expected, await answers(writeOnnx(model), graph, sizes));
    expect(difference, `network ${seed}`).toBeLessThan(Math.max(ROUNDING, TIMES_NOISE * noise));
  }
  expect(fused).toBeGreaterThan(count / 3);
});
