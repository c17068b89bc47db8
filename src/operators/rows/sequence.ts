import type { Node } from '../../model/index.js';
import { operator } from '../operator.js';
import { concatenated } from '../shape/concatenation.js';
import { scalarAt } from '../shape/constants.js';
import { elementsOfSequence } from '../shape/sequence-elements.js';
import { unknownSize } from '../shape/unknown.js';

/** A sequence has no dense type; what is known of its elements is asked of the node that made it. */
const NOTHING = [{}];

/** The operands as a sequence. */
export const sequenceConstruct = operator('SequenceConstruct', {
  traits: [],
  infer: () => NOTHING,
});

/** The tensor at a place of a sequence; negative ones count from the end. */
export const sequenceAt = operator('SequenceAt', {
  traits: [],
  parameters: (node): { readonly position: number | undefined } => ({ position: scalarAt(node, 1, 'position') }),
  infer: (node, { position }) => {
    const elements = elementsOfSequence(node.input(0));
    return position === undefined ? NOTHING : [elements?.at(position) ?? {}];
  },
});

/** How many tensors a sequence holds: a scalar of int64. */
export const sequenceLength = operator('SequenceLength', {
  traits: [],
  infer: (node) => {
    const length = elementsOfSequence(node.input(0))?.length ?? unknownSize(node);
    return [{ dtype: 'int64', shape: [], elements: [length] }];
  },
});

export interface ConcatFromSequenceParameters {
  readonly axis: number;
  /** Whether the axis is new. */
  readonly isNewAxis: boolean;
}

/** The tensors of a sequence one after the other along an axis, or stacked along a new one. */
export const concatFromSequence = operator('ConcatFromSequence', {
  traits: [],
  parameters: (node): ConcatFromSequenceParameters => {
    const axis = node.int('axis', undefined);
    if (axis === undefined) throw node.invalid('axis is missing');
    return { axis, isNewAxis: node.int('new_axis', 0) !== 0 };
  },
  infer: (node, { axis, isNewAxis }) => {
    const elements = elementsOfSequence(node.input(0));
    return elements ? [concatenated(node, elements, axis, isNewAxis)] : NOTHING;
  },
});

/** A tensor cut along an axis into a sequence; in pieces of 1 where no sizes are given. */
export const splitToSequence = operator('SplitToSequence', {
  traits: [],
  parameters: (node: Node) => ({
    axis: node.int('axis', 0),
    /** Whether the axis stays where no sizes are given and each element is one slice. */
    keepsAxis: node.hasInput(1) || node.int('keepdims', 1) !== 0,
  }),
  infer: () => NOTHING,
});
