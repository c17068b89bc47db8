import type { Node, Value } from '../../model/index.js';
import {
  gru as gruRow,
  lstm as lstmRow,
  type Operator,
  type RecurrentParameters,
  rnn as rnnRow,
} from '../../operators/index.js';
import { knownSizes, type Writer } from './writer.js';

/** Operands by their place. */
const [INPUT, WEIGHT, RECURRENCE, BIAS, LENGTHS, INITIAL, PEEPHOLES] = [0, 1, 2, 3, 4, 5, 7] as const;
/** A sequence is written step by step; more steps than these would make a program that no engine loads in reasonable time. */
const MOST_STEPS = 1024;
/** Functions of a gate that need no slope, and are operators of the same name. */
const PLAIN_FUNCTIONS: readonly string[] = ['Sigmoid', 'Tanh', 'Relu', 'Softsign', 'Softplus'];

/** What one direction holds. */
interface Direction {
  readonly writer: Writer;
  /** 0, or 1 for the second of two. */
  readonly index: number;
  readonly parameters: RecurrentParameters;
  readonly functions: readonly string[];
  /** Of the state. */
  readonly size: number;
  /** The product of the input with its weights, with what of the biases every step adds: [time, batch, gates * size] or batch first. */
  readonly inputs: Value;
  /** [size, gates * size], without the last gate where that has a product of its own. */
  readonly recurrence: Value;
  /** [size, size]: of a GRU whose gate r takes from the state before the product. */
  readonly candidateRecurrence: Value | undefined;
  /** [gates * size] */
  readonly recurrentBias: Value | undefined;
  /** [3 * size] */
  readonly peepholes: Value | undefined;
}

/** One kind of recurrent network. */
interface Kind {
  readonly row: Operator<RecurrentParameters>;
  readonly gates: number;
  readonly functions: readonly string[];
  readonly states: number;
  /** The next states, each [batch, size], from `input`, [batch, gates * size]. A state that is undefined is 0. */
  next(direction: Direction, input: Value, states: readonly (Value | undefined)[]): Value[];
}

/** `h' = f(x Wᵀ + h Rᵀ + b)` */
export const rnn = (node: Node, writer: Writer) =>
  unrolled(node, writer, {
    row: rnnRow,
    gates: 1,
    functions: ['Tanh'],
    states: 1,
    next: (direction, input, [hidden]) => [apply(direction, 0, withState(direction, input, hidden))],
  });

/** `c' = forget * c + in * candidate`, `h' = out * h(c')` */
export const lstm = (node: Node, writer: Writer) =>
  unrolled(node, writer, {
    row: lstmRow,
    gates: 4,
    functions: ['Sigmoid', 'Tanh', 'Tanh'],
    states: 2,
    next: nextOfLstm,
  });

/** `h' = candidate + update * (h - candidate)` */
export const gru = (node: Node, writer: Writer) =>
  unrolled(node, writer, {
    row: gruRow,
    gates: 3,
    functions: ['Sigmoid', 'Tanh'],
    states: 1,
    next: nextOfGru,
  });

/**
 * A recurrent network step by step.
 * Keeps off: a sequence whose length is not known, or that is shorter in some of a batch; functions with slopes, bounds and
 * coupled gates.
 */
function unrolled(node: Node, writer: Writer, kind: Kind): readonly (Value | undefined)[] | undefined {
  const parameters = kind.row.parameters(node);
  const { batchFirst, hiddenSize: size } = parameters;
  const steps = stepsOf(node, parameters);
  const functions = functionsOf(parameters, kind);
  if (steps === undefined || size === undefined || !functions) return undefined;
  const runs = functions.map((own, index) => {
    const isReverse = index === 1 || parameters.direction === 'reverse';
    return run(node, directionOf(node, index, own, size, kind, writer), steps, isReverse, kind);
  });
  const join = (values: readonly Value[], sizes: readonly number[], perm: readonly number[]): Value => {
    const joined = writer.reshape(writer.concat(values, 1), [0, ...sizes, size]);
    return batchFirst ? joined : writer.transpose(joined, perm);
  };
  const isRead = (index: number) => node.outputs[index]?.isDead === false;
  const inTime = Array.from({ length: steps }, (_, step) => runs.flatMap(({ hidden }) => hidden[step] ?? [])).flat();
  const states = Array.from({ length: kind.states }, (_, state) => runs.flatMap(({ last }) => last[state] ?? []));
  return [
    isRead(0) ? join(inTime, [steps, runs.length], [1, 2, 0, 3]) : undefined,
    ...states.map((last, state) => (isRead(state + 1) ? join(last, [runs.length], [1, 0, 2]) : undefined)),
  ];
}

function stepsOf(node: Node, { batchFirst }: RecurrentParameters): number | undefined {
  const [steps] = knownSizes(node.input(INPUT), batchFirst ? 1 : 0, batchFirst ? 2 : 1) ?? [];
  if (steps === undefined || steps === 0 || steps > MOST_STEPS) return undefined;
  if (!node.hasInput(LENGTHS)) return steps;
  const lengths = node.constant(LENGTHS)?.toIntegers();
  return lengths?.every((length) => length === steps) ? steps : undefined;
}

/** Names of the functions of each direction. */
function functionsOf(
  { direction, activations, hasBoundsOrSlopes, inputForget }: RecurrentParameters,
  kind: Kind,
): string[][] | undefined {
  const count = direction === 'bidirectional' ? 2 : 1;
  const width = kind.functions.length;
  const all = activations ?? Array.from({ length: count }, () => kind.functions).flat();
  const arePlain = all.length === count * width && all.every((name) => PLAIN_FUNCTIONS.includes(name));
  if (!arePlain || hasBoundsOrSlopes || inputForget) return undefined;
  return Array.from({ length: count }, (_, index) => all.slice(index * width, (index + 1) * width));
}

function directionOf(
  node: Node,
  index: number,
  functions: readonly string[],
  size: number,
  { row, gates, states }: Kind,
  writer: Writer,
): Direction {
  const parameters = row.parameters(node);
  const own = (operand: number) => (node.hasInput(operand) ? writer.at(node.input(operand), index, 0) : undefined);
  const biases = own(BIAS);
  const [bias, recurrentBias] = biases ? writer.split(biases, [gates * size, gates * size], 0) : [];
  const all = writer.transpose(writer.at(node.input(RECURRENCE), index, 0), [1, 0]);
  const isApart = row === gruRow && !parameters.linearBeforeReset;
  const [recurrence, candidateRecurrence] = isApart ? writer.split(all, [2 * size, size], 1) : [all];
  const weight = writer.transpose(writer.at(node.input(WEIGHT), index, 0), [1, 0]);
  const isBehind = row === gruRow && parameters.linearBeforeReset;
  const added = bias && writer.plus(bias, isBehind ? undefined : recurrentBias);
  return {
    writer,
    index,
    parameters,
    functions,
    size,
    inputs: writer.plus(writer.product(node.input(INPUT), weight), added),
    recurrence,
    candidateRecurrence,
    recurrentBias,
    peepholes: states === 2 ? own(PEEPHOLES) : undefined,
  };
}

/** The hidden state at every step, in the order of time, and the last of all states. */
function run(node: Node, direction: Direction, steps: number, isReverse: boolean, { states, next }: Kind) {
  const { writer, parameters, inputs, index } = direction;
  const [timeAxis, stateAxis] = parameters.batchFirst ? [1, 1] : [0, 0];
  let last: readonly (Value | undefined)[] = Array.from({ length: states }, (_, state) =>
    node.hasInput(INITIAL + state) ? writer.at(node.input(INITIAL + state), index, stateAxis) : undefined,
  );
  const hidden: (Value | undefined)[] = [];
  for (let done = 0; done < steps; done++) {
    const step = isReverse ? steps - 1 - done : done;
    last = next(direction, writer.at(inputs, step, timeAxis), last);
    hidden[step] = last[0];
  }
  return { hidden, last };
}

function nextOfLstm(direction: Direction, input: Value, [hidden, cell]: readonly (Value | undefined)[]): Value[] {
  const { writer, size, peepholes } = direction;
  const sums = withState(direction, input, hidden);
  const [entry, output, forget, candidate] = writer.split(sums, [size, size, size, size], 1);
  const [seesIn, seesOut, seesForget] = peepholes ? writer.split(peepholes, [size, size, size], 0) : [];
  const gate = (sum: Value, sees: Value | undefined, seen: Value | undefined) =>
    apply(direction, 0, writer.plus(sum, sees && seen && writer.multiply(sees, seen)));
  const entered = writer.multiply(gate(entry, seesIn, cell), apply(direction, 1, candidate));
  const next = writer.plus(entered, cell && writer.multiply(gate(forget, seesForget, cell), cell));
  return [writer.multiply(gate(output, seesOut, next), apply(direction, 2, next)), next];
}

function nextOfGru(direction: Direction, input: Value, [hidden]: readonly (Value | undefined)[]): Value[] {
  const { writer, parameters } = direction;
  const sums = parameters.linearBeforeReset ? resetBehindProduct : resetBeforeProduct;
  const { update, candidate } = sums(direction, input, hidden);
  const proposed = apply(direction, 1, candidate);
  const change = hidden ? writer.write('Sub', [hidden, proposed]) : writer.write('Neg', [proposed]);
  return [writer.add(proposed, writer.multiply(apply(direction, 0, update), change))];
}

/** `candidate = x + (reset * h) R`; the biases are in x. */
function resetBeforeProduct(direction: Direction, input: Value, hidden: Value | undefined) {
  const { writer, size, recurrence, candidateRecurrence } = direction;
  const [update, reset, candidate] = writer.split(input, [size, size, size], 1);
  if (!hidden || !candidateRecurrence) return { update, candidate };
  const [fromUpdate, fromReset] = writer.split(writer.product(hidden, recurrence), [size, size], 1);
  const kept = writer.multiply(apply(direction, 0, writer.add(reset, fromReset)), hidden);
  return {
    update: writer.add(update, fromUpdate),
    candidate: writer.add(candidate, writer.product(kept, candidateRecurrence)),
  };
}

/** `candidate = x + reset * (h R + b)` */
function resetBehindProduct(direction: Direction, input: Value, hidden: Value | undefined) {
  const { writer, size, recurrence, recurrentBias } = direction;
  const [update, reset, candidate] = writer.split(input, [size, size, size], 1);
  const recurrent = hidden ? writer.plus(writer.product(hidden, recurrence), recurrentBias) : recurrentBias;
  if (!recurrent) return { update, candidate };
  const [fromUpdate, fromReset, fromCandidate] = writer.split(recurrent, [size, size, size], -1);
  const taken = writer.multiply(apply(direction, 0, writer.add(reset, fromReset)), fromCandidate);
  return { update: writer.add(update, fromUpdate), candidate: writer.add(candidate, taken) };
}

function withState({ writer, recurrence }: Direction, input: Value, hidden: Value | undefined): Value {
  return writer.plus(input, hidden && writer.product(hidden, recurrence));
}

function apply({ writer, functions }: Direction, index: number, x: Value): Value {
  return writer.write(functions[index] ?? '', [x]);
}
