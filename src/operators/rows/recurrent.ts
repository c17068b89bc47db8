import { type Dimension, isStatic, type Node, type Shape } from '../../model/index.js';
import { type Facts, operator } from '../operator.js';
import { unknownSize } from '../shape/unknown.js';

export interface RecurrentParameters {
  readonly direction: 'forward' | 'reverse' | 'bidirectional';
  /** undefined: neither the attribute nor the shape of R tells. */
  readonly hiddenSize: number | undefined;
  /** Batch comes before time. */
  readonly batchFirst: boolean;
  /** Names of the functions, all of the first direction before those of the second; undefined: the operator's own. */
  readonly activations: readonly string[] | undefined;
  /** Whether an attribute changes these functions: slopes of theirs, a bound on what they are given. */
  readonly hasBoundsOrSlopes: boolean;
  /** GRU: the product with the state is made before the gate r takes from it. */
  readonly linearBeforeReset: boolean;
  /** LSTM: the gate that forgets is what the one that lets in leaves. */
  readonly inputForget: boolean;
}

function recurrentParameters(node: Node): RecurrentParameters {
  const direction = node.string('direction', 'forward');
  if (direction !== 'forward' && direction !== 'reverse' && direction !== 'bidirectional') {
    throw node.invalid('direction is none of forward, reverse, bidirectional');
  }
  const recurrence = node.inputs[2]?.shape?.slice(-1);
  const held = isStatic(recurrence) ? recurrence[0] : undefined;
  return {
    direction,
    hiddenSize: node.int('hidden_size', held),
    batchFirst: node.int('layout', 0) !== 0,
    activations: node.strings('activations', undefined),
    hasBoundsOrSlopes: ['activation_alpha', 'activation_beta', 'clip'].some((name) => node.attributes.has(name)),
    linearBeforeReset: node.int('linear_before_reset', 0) !== 0,
    inputForget: node.int('input_forget', 0) !== 0,
  };
}

/** Y for every step, then the last states, all of the type of X. */
function recurrentFacts(node: Node, parameters: RecurrentParameters, states: number): readonly Facts[] {
  const dtype = node.dtypeOf(0);
  const input = node.inputs[0]?.shape;
  if (!input) return new Array<Facts>(states + 1).fill({ dtype });
  if (input.length !== 3) throw node.invalid(`the input has rank ${input.length}, not 3`);
  const { batchFirst, direction } = parameters;
  const directions = direction === 'bidirectional' ? 2 : 1;
  const hidden: Dimension = parameters.hiddenSize ?? unknownSize(node);
  const [first = 1, second = 1] = input;
  const sequence: Shape = batchFirst ? [first, second, directions, hidden] : [first, directions, second, hidden];
  const state: Shape = batchFirst ? [first, directions, hidden] : [directions, second, hidden];
  return [{ dtype, shape: sequence }, ...new Array<Facts>(states).fill({ dtype, shape: state })];
}

function recurrent(name: string, states: number) {
  return operator(name, {
    traits: ['optionalResults'],
    parameters: recurrentParameters,
    infer: (node, parameters) => recurrentFacts(node, parameters, states),
  });
}

/** X [time, batch, size], W, R, B, sequence_lens, initial states. */
export const lstm = recurrent('LSTM', 2);
/** X [time, batch, size], W, R, B, sequence_lens, initial state. */
export const gru = recurrent('GRU', 1);
/** X [time, batch, size], W, R, B, sequence_lens, initial state. */
export const rnn = recurrent('RNN', 1);
