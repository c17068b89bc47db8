import type { Node, Value } from '../../model/index.js';
import { affineGrid } from './affine-grid.js';
import { attention } from './attention.js';
import { centerCropPad } from './center-crop-pad.js';
import { col2Im } from './col2im.js';
import { gru, lstm, rnn } from './recurrent.js';
import { rotaryEmbedding } from './rotary-embedding.js';
import type { Writer } from './writer.js';

/**
 * Writes the results of a node by plain operators, in their order; undefined in the place of one that nobody reads.
 * @returns undefined, having written nothing, where that cannot be said with what is known of the node
 */
export type Composite = (node: Node, writer: Writer) => readonly (Value | undefined)[] | undefined;

/** By the names of operators that are made of others. */
export const composites: ReadonlyMap<string, Composite> = new Map<string, Composite>([
  ['AffineGrid', affineGrid],
  ['Attention', attention],
  ['CenterCropPad', centerCropPad],
  ['Col2Im', col2Im],
  ['GRU', gru],
  ['LSTM', lstm],
  ['RNN', rnn],
  ['RotaryEmbedding', rotaryEmbedding],
]);
