import type { Constant } from '../program/program.js';
import { ints, text } from './constants.js';

/** ONNX has all begins and then all ends, Core ML a pair for each axis. */
export function pairsOf(pads: readonly number[]): number[] {
  const axes = pads.length / 2;
  return Array.from({ length: pads.length }, (_, i) => pads[(i >> 1) + (i % 2 ? axes : 0)] ?? 0);
}

/** What convolutions and pools are told of padding. `pad` without `custom` is silently ignored, so the two go together. */
export function paddingArguments(pads: readonly number[]): { pad_type: Constant; pad: Constant } {
  const isPadded = pads.some((pad) => pad !== 0);
  return { pad_type: text(isPadded ? 'custom' : 'valid'), pad: ints(pairsOf(pads)) };
}
