import type { Value } from '../../src/model/index.js';
import { Graph } from '../../src/model/index.js';
import type { Network } from '../network.js';
import type { Draw } from './random-networks.js';

const [INT32, INT64] = [6, 7];
/** uint8, int8, uint16, int16, int32, int64. */
const INTEGER_TYPES = [2, 3, 4, 5, INT32, INT64];
const CONSTANTS = [-70000, -300, -7, -2, -1, 0, 1, 2, 3, 4, 7, 100, 255, 256, 65536, 2 ** 31 - 1, -(2 ** 31)];
/** Neither 0, nor the -1 by which the least integer has no quotient: both end the process. */
const DIVISORS = [-7, -3, -2, 1, 2, 3, 100];

/**
 * Integer arithmetic on the sizes of x [N, M, 2], as exporters and strangers write it: scalars and short vectors of int64 and
 * int32. The results are what was computed, and x through an If, a Where and a Reshape that hang on it.
 */
export function sizeArithmetic(n: Network, draw: Draw): Value[] {
  const x = n.input(['N', 'M', 2]);
  const sizes = n.node('Shape', [x]);
  const values = [sizes, ...[0, 1, 2].map((axis) => n.node('Gather', [sizes, n.integers(axis)]))];
  for (let i = 3 + draw.below(8); i > 0; i--) values.push(anyInteger(n, draw, values));
  const told = values.filter((value) => value.isDead).map((value) => n.node('Cast', [value], { to: INT64 }));
  const ends = [branched(n, draw, x, values), chosen(n, draw, x, values)];
  return [...told, ...ends, ...(draw.below(3) ? [] : [reshaped(n, draw, x, values)])];
}

function constantLike(n: Network, draw: Draw, { dtype }: Value, choices = CONSTANTS): Value {
  return n.constant(draw.of(choices), draw.below(2) ? [] : [1], dtype);
}

function anyInteger(n: Network, draw: Draw, values: readonly Value[]): Value {
  const a = draw.below(2) ? (values.at(-1) as Value) : draw.of(values);
  const alike = values.filter(({ dtype, shape }) => dtype === a.dtype && String(shape) === String(a.shape));
  const b = draw.below(2) ? draw.of(alike) : constantLike(n, draw, a);
  const [first, second] = draw.below(3) ? [a, b] : [b, a];
  switch (draw.below(11)) {
    case 0:
    case 1:
      return n.node(draw.of(['Add', 'Sub']), [first, second]);
    case 2:
    case 3:
      return n.mul(first, second);
    case 4:
      return n.node(draw.of(['Div', 'Mod']), [a, constantLike(n, draw, a, DIVISORS)]);
    case 5:
      return n.node(draw.of(['Max', 'Min']), [first, second]);
    case 6:
      return n.node(draw.of(['Neg', 'Abs', 'Sign']), [a]);
    case 7: {
      const narrow = n.node('Cast', [a], { to: draw.of(INTEGER_TYPES) });
      return n.node('Cast', [narrow], { to: draw.of([INT32, INT64]) });
    }
    case 8: {
      const reduction = draw.of(['ReduceProd', 'ReduceProd', 'ReduceSum', 'ReduceMax', 'ReduceMin']);
      return n.node(reduction, [vector(n, [a, ...alike.slice(0, 2), constantLike(n, draw, a)])], { keepdims: 0 });
    }
    case 9:
      return n.node('Where', [compared(n, draw, a, b), first, second]);
    default:
      return n.node('Cast', [n.node('Cast', [a], { to: 1 })], { to: INT64 });
  }
}

function vector(n: Network, values: readonly Value[]): Value {
  return n.concat(
    values.map((value) => n.node('Reshape', [value, n.integers([-1])])),
    0,
  );
}

function compared(n: Network, draw: Draw, a: Value, b: Value): Value {
  return n.node(draw.of(['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal']), draw.below(2) ? [a, b] : [b, a]);
}

/** One element, compared with a constant. */
function test(n: Network, draw: Draw, values: readonly Value[]): Value {
  const value = draw.of(values.slice(-3));
  const one = n.node('Gather', [n.node('Reshape', [value, n.integers([-1])]), n.integers(0)]);
  return compared(n, draw, one, n.constant(draw.of(CONSTANTS), [], value.dtype));
}

function branched(n: Network, draw: Draw, x: Value, values: readonly Value[]): Value {
  const branch = (operator: string) => {
    const graph = new Graph(n.model, n.model.graph);
    graph.setOutputs([graph.insert({ operator, inputs: [x], origin: [] }).output()]);
    return { kind: 'graph', value: graph } as const;
  };
  return n.node('If', [test(n, draw, values)], { then_branch: branch('Neg'), else_branch: branch('Relu') });
}

/** To [a, rest], where a is computed: the engine refuses what does not divide. */
function reshaped(n: Network, draw: Draw, x: Value, values: readonly Value[]): Value {
  const one = n.node('Gather', [n.node('Reshape', [draw.of(values), n.integers([-1])]), n.integers(0)]);
  const size = n.node('Max', [n.node('Cast', [one], { to: INT64 }), n.integers(draw.below(2))]);
  const wanted = n.node('Where', [test(n, draw, values), size, n.integers(1)]);
  return n.node('Reshape', [x, vector(n, [wanted, n.integers([-1])])]);
}

function chosen(n: Network, draw: Draw, x: Value, values: readonly Value[]): Value {
  return n.node('Where', [test(n, draw, values), x, n.constant(0.5)]);
}
