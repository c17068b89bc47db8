import { type Model, type Node, Tensor, type Value } from '../../model/index.js';
import { inferTypes } from '../../operators/infer.js';
import { roundedToFloat16, TensorConverter } from './convert-tensor.js';
import { makeStatistics } from './make-statistics.js';
import { cast } from './retype.js';
import { nativeType, planRetyping, type RetypingPlan, wantedType } from './retyping-plan.js';

/** `Where`, by which a value is chosen, is there from this operator set on. */
const FIRST_WITH_WHERE = 9;

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
 * @returns undefined where its graphs inside others or its operator set leave no way to do that
 */
export function switchableFloat16(model: Model): SwitchableFloat16 | undefined {
  const { graph } = model;
  inferTypes(graph);
  const plan = planRetyping(model, 'float32', 'float16', new Set(), new TensorConverter('float16'));
  if (plan.graphs.length > 1 || (model.opsets.get('') ?? 0) < FIRST_WITH_WHERE) return undefined;
  const nodes = plan.nodes.filter(
    (node) =>
      !plan.kept.has(node) && [...node.inputs, ...node.outputs].some((value) => value && plan.concerns.has(value)),
  );
  const labels = nodes.map(({ label }) => label);
  const input = graph.addInput(model.freshName('rounds'), 'bool', [nodes.length]);
  const switches = new Switches(plan, nodes, input);
  for (const node of plan.nodes) {
    node.inputs.forEach((value, index) => {
      if (!value || !plan.concerns.has(value) || wantedType(plan, node, index) !== 'float16') return;
      graph.setInput(node, index, switches.read(value, node));
    });
  }
  const outputs = graph.outputs.map((value) => (plan.concerns.has(value) ? switches.read(value, undefined) : value));
  graph.outputs.forEach((value, index) => {
    const output = outputs[index];
    if (!output || output === value) return;
    const { name } = value;
    value.name = model.freshName(name);
    output.name = name;
    [output.dtype, output.shape] = [value.dtype, value.shape];
  });
  graph.setOutputs(outputs);
  makeStatistics(model);
  return { model, input: input.name, nodes: labels };
}

/** Values as they are or rounded, by whether the node that makes or the one that reads them computes in float16. */
class Switches {
  readonly #plan: RetypingPlan;
  readonly #places: ReadonlyMap<Node, number>;
  readonly #input: Value;
  readonly #flags = new Map<Node, Value>();
  readonly #rounded = new Map<Value, Value>();

  constructor(plan: RetypingPlan, nodes: readonly Node[], input: Value) {
    this.#plan = plan;
    this.#places = new Map(nodes.map((node, place) => [node, place]));
    this.#input = input;
  }

  read(value: Value, reader: Node | undefined): Value {
    const { producer } = value;
    const maker = producer && nativeType(this.#plan, value) === 'float16' ? this.#flag(producer) : undefined;
    const own = reader && reader !== producer ? this.#flag(reader) : undefined;
    const flag = maker && own ? this.#insert('Or', [maker, own]) : (maker ?? own);
    return flag ? this.#insert('Where', [flag, this.#round(value), value]) : value;
  }

  #flag(node: Node): Value | undefined {
    const place = this.#places.get(node);
    if (place === undefined) return undefined;
    const known = this.#flags.get(node);
    if (known) return known;
    const index = this.#input.graph.addConstant(Tensor.from('int64', [], [place]));
    const flag = this.#insert('Gather', [this.#input, index]);
    this.#flags.set(node, flag);
    return flag;
  }

  #round(value: Value): Value {
    const known = this.#rounded.get(value);
    if (known) return known;
    const rounded = value.constant
      ? value.graph.addConstant(roundedToFloat16(value.constant), value.name)
      : cast(cast(value, 'float16'), 'float32');
    this.#rounded.set(value, rounded);
    return rounded;
  }

  #insert(operator: string, inputs: readonly Value[]): Value {
    return this.#input.graph.insert({ operator, inputs, origin: [] }).output();
  }
}
