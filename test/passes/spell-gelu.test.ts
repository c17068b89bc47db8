import { expect, test } from 'vitest';
import { spellGelu } from '../../src/passes/spell-gelu.js';
import { network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';
import { onePlusErf } from './gelu.js';

test('the GELU of torch.export gets the order that ONNX Runtime runs as one', async () => {
  const model = network((n) => {
    const x = n.relu(n.input([2, 8]));
    return n.relu(n.mul(x, n.mul(n.constant(0.5), onePlusErf(n, x))));
  });
  const graph = await expectExact(model, spellGelu);
  const product = graph.nodesOf('Relu')[1]?.input(0).producer;
  expect(product?.input(0).producer?.constant(1)?.toFloat64()[0]).toBe(0.5);
  expect(product?.input(1).producer?.operator).toBe('Add');
});

test('what is computed on the way stays within float32 where the answer does', async () => {
  const model = network((n) => {
    const large = n.mul(n.input([2, 8]), n.constant(1.6e38));
    return n.mul(large, n.mul(n.constant(0.5), onePlusErf(n, large)));
  });
  await expectExact(model, spellGelu);
});

test('the order of TorchScript stays', () => {
  const model = network((n) => {
    const x = n.input([2, 8]);
    return n.mul(n.mul(x, onePlusErf(n, x)), n.constant(0.5));
  });
  expectUntouched(model, spellGelu);
});

test('a gate by another value, another constant, and a half that others read stay', () => {
  const gated = network((n) => {
    const x = n.input([2, 8]);
    return n.mul(n.input([2, 8], 'float32', 'y'), n.mul(n.constant(0.5), onePlusErf(n, x)));
  });
  expectUntouched(gated, spellGelu);
  const scaled = network((n) => {
    const x = n.input([2, 8]);
    return n.mul(x, n.mul(n.constant(0.5), onePlusErf(n, x, false, 1.5)));
  });
  expectUntouched(scaled, spellGelu);
  const tapped = network((n) => {
    const x = n.input([2, 8]);
    const half = n.mul(n.constant(0.5), onePlusErf(n, x));
    return [n.mul(x, half), half];
  });
  expectUntouched(tapped, spellGelu);
});
