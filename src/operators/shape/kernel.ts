import { type Dimension, isStatic, type Node, type Shape, type Value } from '../../model/index.js';
import type { Window } from './sliding-window.js';

/**
 * The kernel of a convolution, from the attribute and the weight [M, C/group, k…], which must agree.
 * @throws InputError where they do not
 */
export function kernelOf(node: Node, weight: Shape | undefined): readonly number[] | undefined {
  const given = node.ints('kernel_shape', undefined);
  const held = weight?.slice(2);
  if (given && held) {
    const differs = given.length !== held.length || held.some((d, i) => typeof d === 'number' && d !== given[i]);
    if (differs) throw node.invalid(`kernel_shape [${given}] does not fit the weight [${weight}]`);
  }
  return given ?? (isStatic(held) ? held : undefined);
}

/** @throws InputError unless input and weight have one rank, with spatial axes */
export function checkRanks(node: Node, input: Shape | undefined, weight: Shape | undefined): void {
  for (const shape of [input, weight]) {
    if (shape && shape.length < 3) throw node.invalid(`a rank of ${shape.length} leaves no spatial axes`);
  }
  if (input && weight && input.length !== weight.length) {
    throw node.invalid(`the input has rank ${input.length}, the weight rank ${weight.length}`);
  }
}

/** @throws InputError where a convolution says twice how it pads; engines refuse even zeros beside `auto_pad` */
export function checkPadding(node: Node, { autoPad }: Window): void {
  if (autoPad !== 'NOTSET' && node.attributes.has('pads')) {
    throw node.invalid(`auto_pad ${autoPad} and pads exclude each other`);
  }
}

/** A bias is one number per output channel. @throws InputError where it is no such vector */
export function checkBias(node: Node, bias: Value | undefined, channels: Dimension | undefined): void {
  const shape = bias?.shape;
  if (!shape) return;
  const [length] = shape;
  const differs = typeof length === 'number' && typeof channels === 'number' && length !== channels;
  if (shape.length !== 1 || differs) throw node.invalid(`the bias [${shape}] does not fit ${channels} output channels`);
}
