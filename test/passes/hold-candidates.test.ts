import { describe, expect, test } from 'vitest';
import { movesApart } from '../../src/formats/float32-by-rule.js';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import { Graph, type Model, Tensor, type Value } from '../../src/model/index.js';
import { inferTypes } from '../../src/operators/infer.js';
import { holdCandidates } from '../../src/passes/hold-candidates.js';
import { Changes } from '../../src/passes/pass.js';
import { type Network, network } from '../network.js';
import { expectSameAnswers, expectUntouched } from './apply-pass.js';

const CLASSES = 3;

interface Candidates {
  readonly boxes: Value;
  readonly scores: Value;
  readonly classes: Value;
}

interface Level {
  readonly places: number;
  readonly threshold?: number;
  readonly most?: number;
}

/** The best of what is over a threshold among places x classes, as torchvision's RetinaNet picks them of one level. */
function candidates(n: Network, { places, threshold = 0.5, most = 4 }: Level): Candidates {
  const scores = n.sigmoid(n.input([places * CLASSES]));
  const corners = n.input([places, 4]);
  const nonZero = n.node('NonZero', [n.node('Greater', [scores, n.constant(threshold)])]);
  const over = n.node('Transpose', [nonZero], { perm: [1, 0] });
  const places1 = n.node('Squeeze', [over, n.integers([1])]);
  const count = n.node('ReduceMin', [n.concat([n.integers([most]), n.node('Shape', [places1])], 0)], { keepdims: 0 });
  const k = n.node('Reshape', [count, n.integers([1])]);
  const [best, indices] = n.nodes('TopK', [n.node('GatherND', [scores, over]), k], { axis: -1 }, 2);
  const taken = n.node('Gather', [places1, indices], { axis: 0 });
  const box = n.node('Gather', [corners, n.node('Div', [taken, n.integers(CLASSES)])], { axis: 0 });
  return {
    boxes: n.node('Clip', [box, n.constant(0), n.constant(1)]),
    scores: best as Value,
    classes: n.node('Mod', [taken, n.integers(CLASSES)]),
  };
}

function joined(n: Network, levels: readonly Level[]): Candidates {
  const each = levels.map((level) => candidates(n, level));
  return {
    boxes: n.concat(
      each.map(({ boxes }) => boxes),
      0,
    ),
    scores: n.concat(
      each.map(({ scores }) => scores),
      0,
    ),
    classes: n.concat(
      each.map(({ classes }) => classes),
      0,
    ),
  };
}

/** Numbers of the boxes that are kept, those of unlike classes moved apart. */
function kept(n: Network, { boxes, scores, classes }: Candidates, graph: Graph = n.model.graph): Value {
  const node = (operator: string, inputs: readonly Value[], attributes = {}) =>
    graph.insert({ operator, inputs, attributes, origin: [{ name: operator, operator, index: 7 }] }).output();
  const constant = (dtype: 'int64' | 'float32', shape: readonly number[], values: readonly number[]) =>
    graph.addConstant(Tensor.from(dtype, shape, values));
  const step = node('Add', [node('ReduceMax', [boxes], { keepdims: 0 }), constant('float32', [], [1])]);
  const offsets = node('Mul', [node('Cast', [classes], { to: 1 }), step]);
  const apart = node('Add', [boxes, node('Unsqueeze', [offsets, constant('int64', [1], [1])])]);
  const selected = node('NonMaxSuppression', [
    node('Unsqueeze', [apart, constant('int64', [1], [0])]),
    node('Unsqueeze', [scores, constant('int64', [2], [0, 1])]),
    constant('int64', [1], [100]),
    constant('float32', [1], [0.3]),
  ]);
  return node('Squeeze', [
    node('Gather', [selected, constant('int64', [1], [2])], { axis: 1 }),
    constant('int64', [1], [1]),
  ]);
}

function taken(n: Network, { boxes, scores, classes }: Candidates, keep: Value): Value[] {
  const first = n.node('Slice', [keep, n.integers([0]), n.integers([5]), n.integers([0])]);
  return [boxes, scores, classes].map((value) => n.node('Gather', [value, first], { axis: 0 }));
}

const detector = (levels: readonly Level[]) =>
  network(
    (n) => {
      const found = joined(n, levels);
      return taken(n, found, kept(n, found));
    },
    { opset: 17 },
  );

/** Nothing is suppressed where there is no candidate, as torchvision asks first. */
const asking = (levels: readonly Level[]) =>
  network(
    (n) => {
      const found = joined(n, levels);
      const size = n.node('ReduceProd', [n.node('Shape', [found.boxes])], { keepdims: 0 });
      const [none, some] = [new Graph(n.model, n.model.graph), new Graph(n.model, n.model.graph)];
      const empty = none.insert({
        operator: 'Constant',
        inputs: [],
        attributes: new Map([['value', { kind: 'tensor', value: new Tensor('int64', [0], new Uint8Array(0)) }]]),
        origin: [],
      });
      none.setOutputs([empty.output()]);
      some.setOutputs([kept(n, found, some)]);
      const asked = n.model.graph.insert({
        operator: 'If',
        inputs: [n.node('Equal', [size, n.integers(0)])],
        attributes: new Map([
          ['then_branch', { kind: 'graph', value: none }],
          ['else_branch', { kind: 'graph', value: some }],
        ]),
        origin: [{ name: 'if', operator: 'If', index: 7 }],
      });
      return taken(n, found, asked.output());
    },
    { opset: 17 },
  );

/** Runs the pass, which has to find something, and compares what ONNX Runtime answers before and after. */
async function expectHeld({ graph }: Model): Promise<void> {
  inferTypes(graph);
  const before = writeOnnx(graph.model);
  const changes = new Changes();
  holdCandidates.run(graph, changes);
  graph.check();
  expect(changes.count).toBe(1);
  expect(graph.count('NonZero')).toBe(0);
  for (const node of graph.nodesOf('TopK')) expect(node.output().shape?.every(Number.isInteger)).toBe(true);
  await expectSameAnswers(graph, before, writeOnnx(graph.model), 1e-6);
}

describe('candidates that a threshold picks are held in a fixed number of rows', () => {
  test.each([
    ['one level', [{ places: 8 }]],
    ['of several levels', [{ places: 8 }, { places: 4 }, { places: 2 }]],
    ['fewer over the threshold than are taken', [{ places: 4, threshold: 0.8, most: 100 }]],
    ['more than there are', [{ places: 2, most: 1000 }]],
  ] satisfies [string, Level[]][])('%s', async (_, levels) => {
    await expectHeld(detector(levels));
    await expectHeld(asking(levels));
  });

  test('the suppression has their threshold', () => {
    const model = detector([{ places: 2, threshold: 0.95 }]);
    inferTypes(model.graph);
    const changes = new Changes();
    holdCandidates.run(model.graph, changes);
    const [node] = model.graph.nodesOf('NonMaxSuppression');
    expect(node?.constant(4)?.toFloat64()[0]).toBeCloseTo(0.95);
  });
});

test('what moves boxes apart in the branch of an If is known as well', () => {
  const { graph } = asking([{ places: 8 }]);
  inferTypes(graph);
  expect(Array.from(movesApart(graph), ({ operator }) => operator)).toEqual(expect.arrayContaining(['Mul', 'Add']));
});

describe('they are left where more rows would be seen', () => {
  const untouched = (build: (n: Network) => Value | Value[]) =>
    expectUntouched(network(build, { opset: 17 }), holdCandidates);

  test('unlike thresholds of levels', () => {
    untouched((n) => {
      const found = joined(n, [{ places: 8 }, { places: 4, threshold: 0.6 }]);
      return taken(n, found, kept(n, found));
    });
  });

  test.each<[string, (n: Network, found: Candidates, keep: Value) => Value]>([
    ['the candidates themselves are an output', (_, { boxes }) => boxes],
    ['which of them are kept is', (_, __, keep) => keep],
    ['how many there are is', (n, { boxes }) => n.node('Size', [boxes])],
    ['their mean is', (n, { scores }) => n.node('ReduceMean', [scores], { keepdims: 0 })],
    ['the first of them is', (n, { boxes }) => n.node('Gather', [boxes, n.integers(0)], { axis: 0 })],
    ['their largest coordinate serves something else', (n, { boxes }) => n.node('ReduceMax', [boxes], { keepdims: 0 })],
  ])('%s', (_, more) => {
    untouched((n) => {
      const found = joined(n, [{ places: 8 }]);
      const keep = kept(n, found);
      return [...taken(n, found, keep), more(n, found, keep)];
    });
  });

  test('what is suppressed by other scores than picked them', () => {
    untouched((n) => {
      const found = joined(n, [{ places: 8 }]);
      return taken(n, found, kept(n, { ...found, scores: n.node('Sqrt', [found.scores]) }));
    });
  });
});
