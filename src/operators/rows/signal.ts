import type { Dimension, Node, Shape } from '../../model/index.js';
import { type Facts, operator } from '../operator.js';
import { normalizeAxis } from '../shape/axes.js';
import { scalarAt } from '../shape/constants.js';
import { typeAttribute } from '../shape/type-attribute.js';
import { unknownSize, unknownSizes } from '../shape/unknown.js';

/** Frequencies of a real signal that say all: half of them and one. */
function halved(node: Node, length: Dimension): Dimension {
  return typeof length === 'number' ? Math.floor(length / 2) + 1 : unknownSize(node);
}

/** Discrete Fourier transform of [D…, 1 or 2] along an axis; complex numbers are pairs. */
export const dft = operator('DFT', {
  traits: [],
  parameters: (node) => {
    const rank = node.inputs[0]?.rank;
    const given = node.opset < 20 ? node.int('axis', 1) : node.hasInput(2) ? scalarAt(node, 2, 'axis') : -2;
    return {
      /** Counted from the front where the rank is known; undefined: computed in the graph. */
      axis: given === undefined || rank === undefined ? given : normalizeAxis(node, given, rank),
      inverse: node.int('inverse', 0) !== 0,
      oneSided: node.int('onesided', 0) !== 0,
    };
  },
  infer: (node, { axis, inverse, oneSided }) => {
    const dtype = node.dtypeOf(0);
    const shape = node.inputs[0]?.shape;
    if (!shape) return [{ dtype }];
    if (axis === undefined) return [{ dtype, shape: unknownSizes(node, shape.length) }];
    const given = node.hasInput(1) ? (scalarAt(node, 1, 'dft_length') ?? unknownSize(node)) : undefined;
    const last = shape.length - 1;
    return [
      {
        dtype,
        shape: shape.map((size, i) => {
          if (i === last) return inverse && oneSided ? 1 : 2;
          if (i !== axis) return size;
          if (!oneSided) return given ?? size;
          if (!inverse) return halved(node, given ?? size);
          // Half of the frequencies and one come of an even number of samples, unless it is told otherwise.
          return given ?? (typeof size === 'number' ? 2 * (size - 1) : unknownSize(node));
        }),
      },
    ];
  },
});

/** Short-time Fourier transform: signal [N, length, 1 or 2] gives [N, frames, frequencies, 2]. */
export const stft = operator('STFT', {
  traits: [],
  parameters: (node) => ({ oneSided: node.int('onesided', 1) !== 0 }),
  infer: (node, { oneSided }) => {
    const [batch = unknownSize(node), signal = unknownSize(node)] = node.inputs[0]?.shape ?? [];
    const step = scalarAt(node, 1, 'frame_step');
    if (step !== undefined && step < 1) throw node.invalid(`frame_step ${step} is below 1`);
    const frame =
      (node.hasInput(3) ? scalarAt(node, 3, 'frame_length') : node.inputs[2]?.shape?.[0]) ?? unknownSize(node);
    const isKnown = typeof signal === 'number' && typeof frame === 'number' && step !== undefined;
    const frames = isKnown ? Math.max(0, Math.floor((signal - frame) / step) + 1) : unknownSize(node);
    const shape: Shape = [batch, frames, oneSided ? halved(node, frame) : frame, 2];
    return [{ dtype: node.dtypeOf(0), shape }];
  },
});

/** Weights that make mel bins of the frequencies of a real signal: [dft_length / 2 + 1, num_mel_bins]. */
export const melWeightMatrix = operator('MelWeightMatrix', {
  traits: [],
  float32Unless: 'output_datatype',
  infer: (node): readonly Facts[] => {
    const bins = scalarAt(node, 0, 'num_mel_bins') ?? unknownSize(node);
    const length = scalarAt(node, 1, 'dft_length') ?? unknownSize(node);
    return [{ dtype: typeAttribute(node, 'output_datatype') ?? 'float32', shape: [halved(node, length), bins] }];
  },
});
