import { expect, test } from 'vitest';
import { coreml } from '../../../src/formats/coreml/index.js';
import type { Model } from '../../../src/model/index.js';
import { network } from '../../network.js';

/** Every name is one of the source. */
function asSource(model: Model): Model {
  for (const node of model.graph.sorted()) for (const value of node.outputs) if (value) model.addSourceName(value.name);
  return model;
}

function namesIn(model: Model): Record<string, string> {
  const { program } = coreml.lower(asSource(model), { precision: 'fp32' });
  return JSON.parse(program.metadata.get('mobileone.names') ?? '{}');
}

test('truths that an operation takes only as numbers are the same value', () => {
  const model = network((n) => {
    const test = n.node('Greater', [n.input([2, 3]), n.constant(0)]);
    test.name = 'test';
    return n.node('Cast', [n.node('Gather', [test, n.integers([1, 0])], { axis: 1 })], { to: 1 });
  });
  expect(Object.values(namesIn(model))).toContain('test');
});

test('a number that was cut to an integer is another value', () => {
  const model = network((n) => {
    const x = n.relu(n.input([2, 3]));
    x.name = 'x1';
    return n.node('OneHot', [x, n.integers(3), n.constant([0, 1])]);
  });
  expect(Object.values(namesIn(model))).not.toContain('x1');
});

test('what an operation of several computes on its way has another name than its result', () => {
  const model = network(
    (n) => {
      const y = n.node('Mish', [n.input([1, 4])]);
      y.name = 'y';
      return n.relu(y);
    },
    { opset: 18 },
  );
  const { program } = coreml.lower(asSource(model), { precision: 'fp32' });
  const computed = program.operations.filter(({ type }) => type !== 'const').map(({ outputs }) => outputs[0]?.name);
  expect(computed.length).toBeGreaterThan(2);
  expect(computed.at(-2)).toBe('y');
});
