import type { Graph, Node, Value } from '../../../model/index.js';
import { inferNode } from '../../../operators/infer.js';
import { Changes } from '../../../passes/pass.js';
import { recomposeGelu } from '../../../passes/recompose-gelu.js';
import { recomposeHardSwish } from '../../../passes/recompose-hard-swish.js';
import { isGate } from '../../static/activation-functions.js';
import type { Rewriting } from '../rewriting.js';

/** An activation: its name for a person, and where it begins and ends. */
interface Activation {
  readonly name: string;
  readonly title: string;
  find(graph: Graph): readonly (readonly [from: Value, to: Value])[];
}

const ACTIVATIONS: readonly Activation[] = [
  { name: 'gelu', title: 'GELU', find: (graph) => named(spelled(graph, recomposeGelu), 'Gelu') },
  { name: 'hard-swish', title: 'HardSwish', find: (graph) => named(spelled(graph, recomposeHardSwish), 'HardSwish') },
  { name: 'swish', title: 'SiLU (Swish)', find: (graph) => [...named(graph, 'Swish'), ...gated(graph)] },
  ...['Mish', 'Elu', 'Celu', 'Selu', 'Softplus', 'Softsign', 'LeakyRelu', 'PRelu'].map((operator) => ({
    name: operator.toLowerCase(),
    title: operator,
    find: (graph: Graph) => named(graph, operator),
  })),
];

/** For each activation that costs more than ReLU in one engine or another, ReLU in its place. */
export const replaceActivations: readonly Rewriting[] = ACTIVATIONS.map(({ name, title, find }) => ({
  name: `relu-for-${name}`,
  what: `ReLU in the place of ${title}`,
  isExact: false,
  rewrite(graph) {
    const places = find(graph);
    for (const [from, to] of places) {
      const origin = to.producer?.origin ?? [];
      const relu = graph.insert({ operator: 'Relu', inputs: [from], origin });
      inferNode(relu);
      graph.replace(to, relu.output());
    }
    return places.length;
  },
}));

/** With arithmetic that stands for an operator put as that operator. */
function spelled(graph: Graph, pass: typeof recomposeGelu): Graph {
  pass.run(graph, new Changes());
  return graph;
}

function named(graph: Graph, operator: string): (readonly [Value, Value])[] {
  return graph.nodesOf(operator).map((node) => [node.input(0), node.output()]);
}

/** `x * Sigmoid(x)` */
function gated(graph: Graph): (readonly [Value, Value])[] {
  return graph.nodesOf('Sigmoid').flatMap((node) => {
    const product: Node | undefined = isGate(node) ? node.outputs[0]?.onlyReader : undefined;
    return product ? [[node.input(0), product.output()] as const] : [];
  });
}
