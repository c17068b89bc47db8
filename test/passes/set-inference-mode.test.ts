import { expect, test } from 'vitest';
import { InputError, type Model, type Value } from '../../src/model/index.js';
import { inferTypes } from '../../src/operators/infer.js';
import { Changes } from '../../src/passes/pass.js';
import { setInferenceMode } from '../../src/passes/set-inference-mode.js';
import { type Network, network } from '../network.js';

function run(model: Model): Changes {
  inferTypes(model.graph);
  const changes = new Changes();
  setInferenceMode.run(model.graph, changes);
  model.graph.check();
  return changes;
}

const statistics = (n: Network) => [n.random([3], 0.5, 1.5), n.random([3]), n.random([3]), n.random([3], 0.5, 1.5)];

test('a batch norm that trains becomes the one that is deployed, with a note', () => {
  const model = network((n) => {
    const [y] = n.nodes('BatchNormalization', [n.input([2, 3, 4, 4]), ...statistics(n)], { training_mode: 1 }, 3);
    return n.relu(y as Value);
  });
  const changes = run(model);
  const [node] = model.graph.nodesOf('BatchNormalization');
  expect(node?.outputs).toHaveLength(1);
  expect(node?.int('training_mode', 0)).toBe(0);
  expect(node?.origin).toHaveLength(1);
  expect(changes.notes.join()).toContain('set to inference; a file exported without .eval()');
  expect(run(model).count).toBe(0);
});

test('before opset 14 further results mean training', () => {
  const model = network(
    (n) => {
      const [y] = n.nodes('BatchNormalization', [n.input([2, 3, 4, 4]), ...statistics(n)], {}, 5);
      return n.relu(y as Value);
    },
    { opset: 11 },
  );
  expect(run(model).count).toBeGreaterThan(0);
  expect(model.graph.nodesOf('BatchNormalization')[0]?.outputs).toHaveLength(1);
});

test('dropout in training mode drops nothing any more', () => {
  const model = network((n) => n.node('Dropout', [n.input([2, 3]), n.constant(0.5), n.constant(1, [], 'bool')]));
  expect(run(model).notes.join()).toContain('set to inference');
  expect(model.graph.sorted()[0]?.inputs).toHaveLength(1);
});

test('dropout in training mode whose mode is a node of its own drops nothing any more', () => {
  const model = network((n) => {
    const mode = n.node('Constant', [], { value: n.constant(1, [], 'bool').constant });
    return n.node('Dropout', [n.input([2, 3]), n.constant(0.5), mode]);
  });
  expect(run(model).notes.join()).toContain('set to inference');
  expect(model.graph.nodesOf('Dropout')[0]?.inputs).toHaveLength(1);
});

test('statistics that come through an identity are fixed', () => {
  const model = network((n) => {
    const inputs = statistics(n).map((value) => n.node('Identity', [value]));
    return n.nodes('BatchNormalization', [n.input([2, 3, 4, 4]), ...inputs], { training_mode: 1 }, 3)[0] as Value;
  });
  expect(run(model).count).toBeGreaterThan(0);
});

test('statistics that are computed from the input are refused by name', () => {
  const model = network((n) => {
    const x = n.input([2, 3, 4, 4]);
    const [scale, bias, , variance] = statistics(n);
    const mean = n.node('ReduceMean', [x], { axes: [0, 2, 3], keepdims: 0 });
    return n.nodes('BatchNormalization', [x, scale, bias, mean, variance], { training_mode: 1 }, 3)[0] as Value;
  });
  expect(() => run(model)).toThrow(InputError);
  expect(() => run(model)).toThrow(/BatchNormalization_1.*ReduceMean_0/);
});

test('batch norms that infer stay as they are', () => {
  const model = network((n) => n.batchNorm(n.input([2, 3, 4, 4])));
  const changes = run(model);
  expect(changes.count).toBe(0);
  expect(changes.notes).toEqual([]);
});
