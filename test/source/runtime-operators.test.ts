import { expect, test } from 'vitest';
import { lowerTargets } from '../../src/conversion/lower-targets.js';
import { formats } from '../../src/formats/index.js';
import type { Model, Value } from '../../src/model/index.js';
import { takeStock } from '../../src/source/take-stock.js';
import { network } from '../network.js';

/** A chain that ends in four nodes of an operator that is not ONNX's own. */
function optimised(domain: string, operator: string): Model {
  return network((n) => {
    let value: Value = n.relu(n.input([1, 3, 8, 8]));
    for (const name of ['c0', 'c1', 'c2', 'c3']) {
      const node = n.model.graph.insert({ operator, domain, name, inputs: [value], origin: [] });
      value = node.output();
    }
    return value;
  });
}

const notesOf = (model: Model) => takeStock(model, { shape: new Map() }).notes.join('\n');

test.each([
  ['com.microsoft', 'FusedConv'],
  ['com.microsoft.nchwc', 'Conv'],
])('operators that ONNX Runtime wrote (%s.%s) are noted, with the file to give instead', (domain, operator) => {
  const notes = notesOf(optimised(domain, operator));
  expect(notes).toContain(`4 nodes are of ONNX Runtime's own operators (${domain}.${operator})`);
  expect(notes).toContain('give the file from before ONNX Runtime optimised it');
});

test('operators of another domain are not taken for them', () => {
  expect(notesOf(optimised('com.example', 'FusedConv'))).not.toContain('ONNX Runtime');
});

test('a target that refuses them names the nodes once for the reason, and says what to give', async () => {
  const model = optimised('com.microsoft', 'FusedConv');
  takeStock(model, { shape: new Map() });
  const tfjs = await formats.get('tfjs')?.load();
  expect(tfjs).toBeDefined();
  const lower = () =>
    lowerTargets(
      model,
      tfjs ? [tfjs] : [],
      () => ({
        precision: 'fp32',
        keepFp32: [],
        inputLayout: 'nhwc',
        deploymentTarget: 'iOS15',
        image: undefined,
        labels: undefined,
      }),
      () => ['Relu_0_out'],
    );
  expect(lower).toThrow(/com\.microsoft\.FusedConv at c0, c1, c2, and 1 more \(is not written for TensorFlow\.js\)/);
  expect(lower).toThrow(/; give the file from before ONNX Runtime optimised it$/);
});
