import { decline } from '../../../../lowering/decline.js';
import { conv, convTranspose } from '../../../../operators/index.js';
import type { MilValue } from '../../program/program.js';
import { int, ints, text } from '../constants.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, reshape } from '../operations.js';
import { paddingArguments, pairsOf, samePadding } from '../padding.js';
import { fixedSizes } from '../types.js';
import type { Rows } from './row.js';

/** Convolutions over one to three spatial axes; weights lie in Core ML as they do in ONNX. */
export const convolutions: Rows = {
  Conv(node, to) {
    const { strides, dilations, pads, group, autoPad } = conv.parameters(node);
    const args = {
      x: to.input(),
      weight: to.constant(to.tensor(1, 'weight')),
      bias: node.hasInput(2) ? to.constant(to.tensor(2, 'bias')) : undefined,
      strides: ints(strides),
      ...(pads ? paddingArguments(pads) : samePadding(to, autoPad)),
      dilations: ints(dilations),
      groups: int(group),
    };
    to.output(to.emit('conv', args, to.resultShape()));
  },

  ConvTranspose(node, to) {
    const { strides, dilations, pads, group, outputPadding, kernelShape } = convTranspose.parameters(node);
    if (!pads || !outputPadding || !kernelShape) decline('its padding is not known');
    const begins = pads.slice(0, strides.length);
    // Core ML crops the full result by `pad`, so output padding is less to crop; what is beyond the result are zeros.
    const ends = pads.slice(strides.length).map((pad, axis) => pad - (outputPadding[axis] ?? 0));
    const beyond = ends.map((end) => Math.max(0, -end));
    const cropped = [...begins, ...ends.map((end) => Math.max(0, end))];
    const made = to.resultShape().map((size, axis) => {
      const less = beyond[axis - 2] ?? 0;
      if (less === 0) return size;
      return typeof size === 'number' ? size - less : to.unknownSize();
    });
    const bias = node.hasInput(2) ? to.constant(to.tensor(2, 'bias')) : undefined;
    const isWhole = beyond.every((size) => size === 0);
    const args = {
      x: to.input(),
      weight: to.constant(to.tensor(1, 'weight')),
      bias: isWhole ? bias : undefined,
      ...paddingArguments(cropped),
      strides: ints(strides),
      dilations: ints(dilations),
      groups: int(group),
    };
    const full = to.emit('conv_transpose', args, made);
    to.output(isWhole ? full : withZeros(to, full, beyond, bias && to.value(bias)));
  },
};

/** x with zeros behind each spatial axis, then the bias, which those zeros get too. */
function withZeros(to: NodeBuilder, x: MilValue, beyond: readonly number[], bias: MilValue | undefined): MilValue {
  const pad = ints(pairsOf([...beyond.map(() => 0), ...beyond]));
  const args = { x, pad, mode: text('constant'), constant_val: to.number(0) };
  const padded = to.emit('pad', args, to.resultShape());
  if (!bias) return padded;
  const perChannel = [1, fixedSizes(bias)[0] ?? 1, ...beyond.map(() => 1)];
  return binary(to, 'add', padded, reshape(to, bias, perChannel));
}
