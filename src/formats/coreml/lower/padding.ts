import { decline } from '../../../lowering/decline.js';
import type { Dimension } from '../../../model/index.js';
import type { AutoPad } from '../../../operators/shape/sliding-window.js';
import type { Constant } from '../program/program.js';
import { ints, text } from './constants.js';
import type { NodeBuilder } from './node-builder.js';

/** ONNX has all begins and then all ends, Core ML a pair for each axis. */
export function pairsOf<Pad extends Dimension>(pads: readonly Pad[]): Pad[] {
  const axes = pads.length / 2;
  return pads.flatMap((before, axis) => (axis < axes ? [before, pads[axis + axes] ?? before] : []));
}

/** What convolutions and pools are told of padding. `pad` without `custom` is silently ignored, so the two go together. */
export function paddingArguments(pads: readonly number[]): { pad_type: Constant; pad: Constant } {
  const isPadded = pads.some((pad) => pad !== 0);
  return { pad_type: text(isPadded ? 'custom' : 'valid'), pad: ints(pairsOf(pads)) };
}

/**
 * Padding that sizes decide which are open: Core ML works it out as ONNX's SAME does.
 * @throws Declined where nothing says that it is that
 */
export function samePadding(to: NodeBuilder, autoPad: AutoPad): { pad_type: Constant } {
  if (autoPad === 'SAME_UPPER') return { pad_type: text('same') };
  if (autoPad !== 'SAME_LOWER') return decline('its padding is not known');
  to.needs('iOS16', 'paddings that sizes decide, larger before than behind,');
  return { pad_type: text('same_lower') };
}
