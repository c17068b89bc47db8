// @ts-check
// JavaScript, as engines' processes read it as it is.

/**
 * Operations for which TensorFlow.js demands `executeAsync`, which in turn warns where none of them is present.
 * Source: tfjs-converter, operation lists `control`, `dynamic` and `hash_table`.
 */
const DYNAMIC =
  /^(NonMaxSuppressionV\d|Where|ListDiff|EmptyTensorList|LoopCond|Switch|Merge|Enter|Exit|NextIteration|(Stateless)?(If|While)|Tensor(Array|List)\w+|(Hash|Lookup|Initialize)Table\w*)$/;

/**
 * The first of some operations that TensorFlow.js runs by `executeAsync` alone.
 * @param {readonly string[]} operations
 * @returns {string | undefined}
 */
export function demandsExecuteAsync(operations) {
  return operations.find((name) => DYNAMIC.test(name));
}
