import { expect, test } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import type { Model } from '../../src/model/index.js';
import { optimize } from '../../src/passes/pipeline.js';
import { network } from '../network.js';
import { type Answers, answers, differenceOfAnswers } from './answers.js';
import { Draw } from './random-networks.js';
import { anyBranch, anySum, type Branch, CHANNELS, fewestConvolutions, shuffled } from './sums.js';

const SUMS = 50;
const ORDERS = 3;
const ROUNDING = 4e-6;

/** A sum of two to nine branches of one source, in the given order; sometimes with a batch norm behind it. */
function sumOf(seed: number, order: number) {
  const draw = new Draw(seed);
  const branches: Branch[] = [];
  const model = network(
    (n) => {
      for (let count = 2 + draw.below(8); count > 0; count--) branches.push(anyBranch(n, draw));
      const hasBatchNorm = draw.below(3) === 0 && branches.every(({ isConv }) => isConv);
      const ordered = order === 0 ? branches : shuffled(branches, new Draw(1000 * seed + order));
      const x = n.relu(n.input([1, CHANNELS, 13, 14]));
      const sum = anySum(
        n,
        new Draw(seed + order),
        ordered.map(({ build }) => build(x)),
      );
      return n.relu(hasBatchNorm ? n.batchNorm(sum) : sum);
    },
    { seed },
  );
  return { model, branches };
}

/** How each convolution samples its source, in an order that does not depend on the graph's. */
function convolutionsOf({ graph }: Model): string[] {
  return Array.from(graph.nodesOf('Conv'), (node) =>
    JSON.stringify([node.constant(1)?.shape, [...node.attributes].sort(([a], [b]) => (a < b ? -1 : 1))]),
  ).sort();
}

/** The one output under a name that does not depend on how the sum was written. */
async function answerOf(model: Model): Promise<Answers> {
  const [answer] = (await answers(writeOnnx(model), model.graph, {})).values();
  return new Map(answer ? [['y', answer]] : []);
}

test('a sum leaves the fewest convolutions that pay, the same in every order, and answers as before', async () => {
  let merged = 0;
  let parted = 0;
  for (let seed = 1; seed <= SUMS; seed++) {
    const { model, branches } = sumOf(seed, 0);
    const fewest = fewestConvolutions(branches);
    const expected = await answerOf(model);
    const inOrders: string[][] = [];
    for (let order = 0; order < ORDERS; order++) {
      const fused = sumOf(seed, order).model;
      optimize(fused);
      const convolutions = convolutionsOf(fused);
      inOrders.push(convolutions);
      expect(convolutions.length, `sum ${seed}, order ${order}`).toBeLessThanOrEqual(fewest);
      // A kernel of any size takes them in; without one there is nothing that could.
      if (fewest > 0) expect(fused.graph.count('BatchNormalization'), `batch norms of sum ${seed}`).toBe(0);
      const difference = differenceOfAnswers(expected, await answerOf(fused));
      expect(difference, `sum ${seed}, order ${order}`).toBeLessThan(ROUNDING);
    }
    for (const other of inOrders) expect(other, `sum ${seed}`).toEqual(inOrders[0]);
    if (inOrders[0]?.length === 1) merged++;
    if ((inOrders[0]?.length ?? 0) > 1) parted++;
  }
  expect(merged).toBeGreaterThan(SUMS / 5);
  expect(parted).toBeGreaterThan(SUMS / 5);
});
