import { mustBeConstant, ranksOf } from '../../dist/formats/coreml/program/operand-facts.js';
import { takes } from '../../dist/formats/coreml/program/operand-types.js';
import { readRows } from '../../dist/formats/coreml/read/rows/index.js';

const TYPES = ['fp16', 'fp32', 'int32', 'bool'];
const TENSORS = ['x', 'y', 'weight', 'bias', 'mean', 'variance', 'gamma', 'beta', 'alpha', 'value'];

/** What the reader takes of each operation, for Python to hold against coremltools. */
export function factsOfMil() {
  return Object.fromEntries(
    Array.from(readRows.keys(), (operation) => [
      operation,
      {
        ranks: ranksOf(operation),
        types: TYPES.filter((dtype) => takes(operation, dtype)),
        tensors: TENSORS,
        constants: TENSORS.filter((name) => mustBeConstant(operation, name)),
      },
    ]),
  );
}
