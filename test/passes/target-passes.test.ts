import { expect, test } from 'vitest';
import { parametersOf } from '../../src/operators/index.js';
import { Changes } from '../../src/passes/pass.js';
import { targetPasses } from '../../src/passes/target-passes.js';
import { network } from '../network.js';
import { onePlusErf } from './gelu.js';

test('what is found in an old operator set can be read by its row', () => {
  const model = network(
    (n) => {
      const x = n.input([2, 8]);
      const gate = n.div(n.node('Clip', [n.add(x, n.constant(3)), n.constant(0), n.constant(6)]), n.constant(6));
      const y = n.mul(x, gate);
      return n.mul(n.mul(y, onePlusErf(n, y)), n.constant(0.5));
    },
    { opset: 13 },
  );
  const changes = new Changes();
  for (const pass of targetPasses) pass.run(model.graph, changes);
  model.graph.check();
  expect(model.graph.sorted().map((node) => node.operator)).toEqual(['HardSwish', 'Gelu']);
  for (const node of model.graph.sorted()) expect(() => parametersOf(node)).not.toThrow();
});
