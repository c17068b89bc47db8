import { Graph, type Model, type Value } from '../../../src/model/index.js';
import { inferNode } from '../../../src/operators/infer.js';
import { type Network, network } from '../../network.js';
import { Draw } from '../../properties/random-networks.js';

/** One more integer made of those that are there. */
type Step = (n: Network, x: Value, draw: Draw, values: readonly Value[]) => Value;

const INT64 = 7;
const TYPES = { int8: 3, uint8: 2, int32: 6, int16: 5, bool: 9 };

const arithmetic: Step = (n, x, draw, values) => {
  const operator = draw.of(['Add', 'Sub', 'Mul', 'Mul', 'Max', 'Min']);
  const other = draw.below(2) ? draw.of(values) : n.integers(draw.of([-1, 0, 1, 2, -3, 7, 100]));
  return draw.below(2) ? n.node(operator, [x, other]) : n.node(operator, [other, x]);
};

const division: Step = (n, x, draw) => {
  const divisor = n.integers(draw.of([2, 3, -2, 5]));
  return draw.below(2) ? n.node('Div', [x, divisor]) : n.node('Mod', [x, divisor], { fmod: draw.below(2) });
};

const wrapped: Step = (n, x, draw) => {
  const narrow = n.node('Cast', [x], { to: draw.of(Object.values(TYPES)) });
  return n.node('Cast', [narrow], { to: INT64 });
};

/** In 32 bits, where the product of two sizes may wrap. */
const narrow: Step = (n, x, draw, values) => {
  const [a, b] = [x, draw.of([...values, n.integers(draw.of([-1, 3, 65536]))])].map((value) =>
    n.node('Cast', [value], { to: TYPES.int32 }),
  );
  return n.node('Cast', [n.node(draw.of(['Mul', 'Mul', 'Sub', 'Add']), [a, b])], { to: INT64 });
};

const unary: Step = (n, x, draw) => n.node(draw.of(['Neg', 'Abs', 'Sign']), [x]);

const reduced: Step = (n, x, draw, values) => {
  const parts = [x, draw.of(values), n.integers(draw.of([-1, 2, -5]))];
  const list = n.concat(
    parts.map((part) => n.node('Unsqueeze', [part, n.integers([0])])),
    0,
  );
  if (draw.below(4) === 0) return n.node('ReduceSum', [list, n.integers([0])], { keepdims: 0 });
  return n.node(draw.of(['ReduceProd', 'ReduceMax', 'ReduceMin', 'ReduceProd']), [list], { axes: [0], keepdims: 0 });
};

const chosen: Step = (n, x, draw, values) => {
  const condition = n.node(draw.of(['Less', 'Greater', 'Equal', 'LessOrEqual']), [
    x,
    draw.of([n.integers(0), n.integers(3), draw.of(values)]),
  ]);
  return n.node('Where', [condition, draw.of(values), draw.of(values)]);
};

const STEPS: readonly Step[] = [arithmetic, arithmetic, arithmetic, division, wrapped, narrow, unary, reduced, chosen];

/** An If on whether an integer is over a bound; each branch tells itself apart. */
function decided(n: Network, x: Value, size: Value, draw: Draw): Value {
  const condition = n.node(draw.of(['Less', 'Greater', 'Equal', 'GreaterOrEqual']), [
    size,
    n.integers(draw.of([0, 1, 4, -2])),
  ]);
  const branch = (operator: string) => {
    const graph = new Graph(n.model, n.model.graph);
    const node = graph.insert({ operator, inputs: [x], origin: [{ name: operator, operator, index: 900 }] });
    inferNode(node);
    graph.setOutputs([node.output()]);
    return { kind: 'graph', value: graph } as const;
  };
  const node = n.model.graph.insert({
    operator: 'If',
    inputs: [condition],
    outputs: 1,
    attributes: new Map([
      ['then_branch', branch('Neg')],
      ['else_branch', branch('Abs')],
    ]),
    origin: [{ name: 'If', operator: 'If', index: 901 }],
  });
  inferNode(node);
  return node.output();
}

/** A value that has the size, or is chosen by it. */
function used(n: Network, x: Value, size: Value, draw: Draw): Value {
  const bounded = () => n.node('Min', [n.node('Abs', [size]), n.integers(40)]);
  switch (draw.below(5)) {
    case 0:
      return size;
    case 1:
      return n.node('ConstantOfShape', [n.node('Unsqueeze', [bounded(), n.integers([0])])]);
    case 2:
      return n.node('Range', [n.integers(0), bounded(), n.integers(draw.of([1, 2]))]);
    case 3:
      return n.node('Where', [n.node('Less', [size, n.integers(draw.of([0, 2]))]), x, n.node('Neg', [x])]);
    default:
      return decided(n, x, size, draw);
  }
}

/** Arithmetic on the open sizes of an image, and what follows from it: sizes, choices, branches. */
export function sizeNetwork(seed: number): Model {
  const draw = new Draw(seed);
  return network(
    (n) => {
      const x = n.input(['batch', 4, 'height', 'width']);
      const shape = n.node('Shape', [x]);
      const values = [0, 2, 3].map((axis) => n.node('Gather', [shape, n.integers(axis)], { axis: 0 }));
      for (let count = 2 + draw.below(6); count > 0; count--) {
        const from = draw.below(2) ? (values.at(-1) as Value) : draw.of(values);
        values.push(draw.of(STEPS)(n, from, draw, values));
      }
      const size = values.at(-1) as Value;
      return [used(n, x, size, draw), used(n, x, draw.of(values), draw)];
    },
    { seed, opset: draw.of([13, 17]) },
  );
}
