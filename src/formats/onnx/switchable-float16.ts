import { Graph, type Model, type Node, Tensor, type Value } from '../../model/index.js';
import { inferTypes } from '../../operators/infer.js';
import { roundedToFloat16, TensorConverter } from './convert-tensor.js';
import { makeStatistics } from './make-statistics.js';
import { cast } from './retype.js';
import { nativeType, planRetyping, type RetypingPlan, wantedType } from './retyping-plan.js';

/** A model whose nodes can be rounded to float16 one by one, run by run. */
export interface SwitchableFloat16 {
  readonly model: Model;
  /** An input of bools, one for each of `nodes`: whether it computes in float16. */
  readonly input: string;
  /** Nodes that can, as errors and options name them. */
  readonly nodes: readonly string[];
}

/**
 * Makes a float32 model answer as its fp16 form does, as `simulateFloat16`, with any nodes left in float32 by an input. In place.
 *
 * Given: `y = Conv(x, w)`.   Result: `y = If(rounds[i]; then: round(Conv(round(x), rounded w)), else: Conv(x, w))`.
 * Both weights stand in the file, so that no run makes them: to choose each by `Where` costs 20 times what the network does.
 * A value is rounded where its maker or its reader computes in float16; what is rounded twice is rounded once.
 * @returns undefined where it has graphs inside others, which are run in a way of their own
 */
export function switchableFloat16(model: Model): SwitchableFloat16 | undefined {
  const { graph } = model;
  inferTypes(graph);
  const plan = planRetyping(model, 'float32', 'float16', new Set(), new TensorConverter('float16'));
  if (plan.graphs.length > 1) return undefined;
  const nodes = plan.nodes.filter(
    (node) =>
      !plan.kept.has(node) && [...node.inputs, ...node.outputs].some((value) => value && plan.concerns.has(value)),
  );
  const labels = nodes.map(({ label }) => label);
  const rounds = graph.addInput(model.freshName('rounds'), 'bool', [nodes.length]);
  const branches = new Branches(plan);
  nodes.forEach((node, place) => {
    const index = graph.addConstant(Tensor.from('int64', [], [place]));
    const flag = graph.insert({ operator: 'Gather', inputs: [rounds, index], origin: [] }).output();
    putInPlace(node, flag, branches);
  });
  makeStatistics(model);
  return { model, input: rounds.name, nodes: labels };
}

/** An `If` for a node, under the names of its results. */
function putInPlace(node: Node, flag: Value, branches: Branches): void {
  const { graph, origin } = node;
  const results = node.outputs.filter((value) => value !== undefined);
  const either = graph.insert({
    operator: 'If',
    inputs: [flag],
    outputs: results.length,
    attributes: new Map([
      ['then_branch', { kind: 'graph', value: branches.rounded(node) }],
      ['else_branch', { kind: 'graph', value: branches.asItIs(node) }],
    ]),
    origin,
  });
  results.forEach((value, index) => {
    graph.replace(value, either.output(index).typedLike(value));
  });
  graph.remove(node);
}

/** What a node computes, in graphs of its own that read its operands from outside. */
class Branches {
  readonly #plan: RetypingPlan;
  readonly #constants = new Map<Value, Value>();

  constructor(plan: RetypingPlan) {
    this.#plan = plan;
  }

  asItIs(node: Node): Graph {
    return this.#branch(
      node,
      (value) => value,
      (made) => made,
    );
  }

  rounded(node: Node): Graph {
    return this.#branch(
      node,
      (value, index, branch) => {
        // What another node's `If` gives is none of the values that were planned for.
        const isRead = value.dtype === this.#plan.from && wantedType(this.#plan, node, index) === 'float16';
        if (!isRead) return value;
        return value.constant ? this.#roundedConstant(value) : rounded(value, branch);
      },
      (made, value, branch) => {
        const isMade = this.#plan.concerns.has(value) && nativeType(this.#plan, value) === 'float16';
        return isMade ? rounded(made, branch) : made;
      },
    );
  }

  #branch(
    node: Node,
    read: (value: Value, index: number, branch: Graph) => Value,
    give: (made: Value, value: Value, branch: Graph) => Value,
  ): Graph {
    const { graph, operator, domain, attributes, origin } = node;
    const { model } = graph;
    const branch = new Graph(model, graph);
    const inputs = node.inputs.map((value, index) => value && read(value, index, branch));
    const outputs = node.outputs.map((value) => (value ? model.freshName(value.name) : ''));
    const copy = branch.insert({ operator, domain, inputs, outputs, attributes: new Map(attributes), origin });
    const results = node.outputs.flatMap((value, index) => {
      const made = copy.outputs[index];
      return value && made ? [give(made.typedLike(value), value, branch)] : [];
    });
    branch.setOutputs(results);
    return branch;
  }

  #roundedConstant(value: Value): Value {
    const { constant, graph, name } = value;
    const known = this.#constants.get(value);
    if (known || !constant) return known ?? value;
    const made = graph.addConstant(roundedToFloat16(constant), name);
    this.#constants.set(value, made);
    return made;
  }
}

function rounded(value: Value, branch: Graph): Value {
  return cast(cast(value, 'float16', branch), 'float32', branch);
}
