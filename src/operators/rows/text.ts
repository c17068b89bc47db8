import { operator } from '../operator.js';
import { broadcast } from '../shape/broadcast.js';
import { unknownSize, unknownSizes } from '../shape/unknown.js';

/** Operators on strings: only their types are known, and no pattern of a model is ever run. */

/** X and Y one after the other, with broadcasting. */
export const stringConcat = operator('StringConcat', {
  traits: ['elementwise'],
  infer: (node) => [{ dtype: 'string', shape: broadcast(node, [node.inputs[0]?.shape, node.inputs[1]?.shape]) }],
});

/** Whether a string matches a pattern as a whole. */
export const regexFullMatch = operator('RegexFullMatch', {
  traits: ['elementwise'],
  infer: (node) => [{ dtype: 'bool', shape: node.inputs[0]?.shape }],
});

/** The parts of each string along a new last axis, and how many there are. */
export const stringSplit = operator('StringSplit', {
  traits: [],
  infer: (node) => {
    const shape = node.inputs[0]?.shape;
    return [
      { dtype: 'string', shape: shape && [...shape, unknownSize(node)] },
      { dtype: 'int64', shape },
    ];
  },
});

/** Strings without stop words, in another case: [C] or [1, C], as many as are left. */
export const stringNormalizer = operator('StringNormalizer', {
  traits: [],
  infer: (node) => {
    const rank = node.inputs[0]?.rank;
    return [{ dtype: 'string', shape: rank === undefined ? undefined : unknownSizes(node, rank) }];
  },
});

/** How often each n-gram of a pool is in X: [C] gives [P], [N, C] gives [N, P]. */
export const tfIdfVectorizer = operator('TfIdfVectorizer', {
  traits: [],
  parameters: (node) => ({ ngramIndexes: node.ints('ngram_indexes', []) }),
  infer: (node, { ngramIndexes }) => {
    const shape = node.inputs[0]?.shape;
    const size = ngramIndexes.reduce((most, index) => Math.max(most, index + 1), 0);
    return [{ dtype: 'float32', shape: shape && [...shape.slice(0, -1), size] }];
  },
});
