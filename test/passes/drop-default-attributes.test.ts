import { expect, test } from 'vitest';
import { dropDefaultAttributes } from '../../src/passes/drop-default-attributes.js';
import { network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

test('what an exporter spells out and another leaves to the default is written alike', async () => {
  const model = network((n) => {
    const attributes = { alpha: { float: 1 }, beta: { float: 1 }, transA: 0, transB: 1 };
    return n.node('Gemm', [n.input([2, 3]), n.random([4, 3]), n.random([4])], attributes);
  });
  const graph = await expectExact(model, dropDefaultAttributes, 0);
  expect([...(graph.sorted()[0]?.attributes.keys() ?? [])]).toEqual(['transB']);
});

test('an attribute that differs from its default stays', () => {
  const model = network((n) =>
    n.node('Gemm', [n.input([2, 3]), n.random([4, 3])], { alpha: { float: 0.5 }, transB: 1 }),
  );
  expectUntouched(model, dropDefaultAttributes);
});
