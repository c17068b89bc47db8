import { expect, test } from 'vitest';
import { InputError, type Model, type Value } from '../../src/model/index.js';
import type { BatchNormMode } from '../../src/operators/batch-norm-mode.js';
import { batchNormalization } from '../../src/operators/index.js';
import { inferTypes } from '../../src/operators/infer.js';
import { Changes } from '../../src/passes/pass.js';
import { optimize } from '../../src/passes/pipeline.js';
import { setInferenceMode } from '../../src/passes/set-inference-mode.js';
import { type Network, network } from '../network.js';

function run(model: Model, asked?: BatchNormMode): Changes {
  inferTypes(model.graph);
  const changes = new Changes();
  setInferenceMode(asked).run(model.graph, changes);
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

/** A batch norm in training mode over [2, 3, 4, 4] with these running statistics. */
function training(statistics: (n: Network, x: Value) => readonly [Value, Value], opset = 17) {
  return (n: Network) => {
    const x = n.input([2, 3, 4, 4]);
    const operands = [x, n.random([3]), n.random([3]), ...statistics(n, x)];
    const [attributes, outputs] = opset < 14 ? [{}, 5] : [{ training_mode: 1 }, 3];
    return n.nodes('BatchNormalization', operands, attributes, outputs);
  };
}

const first = (build: (n: Network) => Value[]) => (n: Network) => n.relu(build(n)[0] as Value);
const zeros = (n: Network) => n.constant([0, 0, 0]);
const ones = (n: Network) => n.constant([1, 1, 1]);
const repeated = (n: Network, number: number) =>
  n.node('ConstantOfShape', [n.integers([3])], { value: n.constant([number]).constant });
const computed = (n: Network, x: Value) => n.node('ReduceMean', [x], { axes: [0, 2, 3], keepdims: 0 });

const isTraining = (model: Model) =>
  model.graph.nodesOf('BatchNormalization').map((node) => batchNormalization.parameters(node).trainingMode);

test.each<[string, (n: Network, x: Value) => readonly [Value, Value]]>([
  ['constants', (n) => [zeros(n), ones(n)]],
  ['shared through an identity', (n) => [n.node('Identity', [zeros(n)]), n.node('Identity', [ones(n)])]],
  ['a part of more', (n) => [n.node('Slice', [n.constant([0, 0, 0, 0]), n.integers([1]), n.integers([4])]), ones(n)]],
  ['nodes', (n) => [n.node('Constant', [], { value: zeros(n).constant }), repeated(n, 1)]],
  ['expanded numbers', (n) => [repeated(n, 0), n.node('Expand', [n.constant(1), n.integers([3])])]],
])('a running mean of 0 and a variance of 1, as %s, never had others: the batch decides', (_, statistics) => {
  for (const opset of [13, 17]) {
    const model = network(first(training(statistics, opset)), { opset });
    expect(run(model).notes.join()).toContain('keep the statistics of each batch: their running mean is 0');
    expect(isTraining(model)).toEqual([true]);
    expect(run(model).count).toBe(0);
  }
});

test.each<[string, (n: Network) => readonly [Value, Value]]>([
  ['a mean that is 0 in all channels but one', (n) => [n.constant([0, 0, 1e-30]), ones(n)]],
  ['a variance that is 1 in all channels but one', (n) => [zeros(n), n.constant([1, 1.0001, 1])]],
  ['a mean of 1 and a variance of 0', (n) => [ones(n), zeros(n)]],
])('%s: they are used', (_, statistics) => {
  const model = network(first(training(statistics)));
  expect(run(model).notes.join()).toContain('set to inference');
  expect(isTraining(model)).toEqual([false]);
});

test('statistics that are computed from the input are those of the batch, and are computed no more', () => {
  for (const asked of [undefined, 'inference', 'batch'] as const) {
    const model = network(first(training((n, x) => [computed(n, x), ones(n)])));
    expect(run(model, asked).notes.join()).toContain('their mean or variance is computed in the graph');
    expect(isTraining(model)).toEqual([true]);
    const [node] = model.graph.nodesOf('BatchNormalization');
    expect(node?.constant(3)?.toFloat64()).toEqual(Float64Array.of(0, 0, 0));
    expect(run(model).count).toBe(0);
  }
});

test('what is asked decides where there are statistics, and where they are start values', () => {
  for (const [mode, trains] of [['inference', false] as const, ['batch', true] as const]) {
    const unused = network(first(training((n) => [zeros(n), ones(n)])));
    const used = network(first(training((n) => [n.random([3]), n.random([3], 0.5, 1.5)])));
    run(unused, mode);
    run(used, mode);
    expect([...isTraining(unused), ...isTraining(used)]).toEqual([trains, trains]);
    // What was asked once is in the graph: a second run need not be asked again.
    run(used);
    expect(isTraining(used)).toEqual([trains]);
  }
});

test('both kinds in one network: each as it is, and a note names them', () => {
  const model = network((n) => {
    const x = n.input([2, 3, 4, 4]);
    const nodes = [[zeros(n), ones(n)], statistics(n).slice(2)].map(
      (each) => n.nodes('BatchNormalization', [x, n.random([3]), n.random([3]), ...each], { training_mode: 1 }, 3)[0],
    );
    return n.add(nodes[0] as Value, nodes[1] as Value);
  });
  expect(run(model).notes).toContain(
    'batch norms in training mode are of two kinds: BatchNormalization_0 by the batch, BatchNormalization_1 by running statistics',
  );
  expect(isTraining(model).sort()).toEqual([false, true]);
});

test('running statistics that others read are refused by name where the batch decides', () => {
  const model = network((n) => training(() => [zeros(n), ones(n)])(n).slice(0, 2));
  expect(() => run(model)).toThrow(InputError);
  expect(() => run(model)).toThrow(/BatchNormalization_0.*BatchNormalization_0_output_1/);
});

test('results that engines ask for are there although the file leaves them out', () => {
  const model = network((n) => {
    const operands = [n.input([2, 3, 4, 4]), n.random([3]), n.random([3]), zeros(n), ones(n)];
    return n.node('BatchNormalization', operands, { training_mode: 1 });
  });
  run(model);
  expect(model.graph.nodesOf('BatchNormalization')[0]?.outputs).toHaveLength(3);
  expect(run(model).count).toBe(0);
});

test('a batch norm that takes the batch stays beside its convolutions, with its reason', () => {
  const model = network((n) => {
    const x = n.conv(n.input([2, 3, 4, 4]), { kernel: 3 });
    const operands = [x, n.random([3]), n.random([3]), zeros(n), ones(n)];
    return n.conv(n.nodes('BatchNormalization', operands, { training_mode: 1 }, 3)[0] as Value);
  });
  const { declined } = optimize(model);
  expect(model.graph.count('Conv')).toBe(2);
  expect(isTraining(model)).toEqual([true]);
  expect(declined.map(({ reason }) => reason)).toContain('it takes the statistics of each batch');
});

test('batch norms that infer stay as they are', () => {
  const model = network((n) => n.batchNorm(n.input([2, 3, 4, 4])));
  const changes = run(model);
  expect(changes.count).toBe(0);
  expect(changes.notes).toEqual([]);
});
