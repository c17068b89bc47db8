import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_TYPES, Tensor } from '../../dist/model/index.js';

/**
 * @typedef {object} Case one of ONNX's own node tests
 * @property {string} name
 * @property {string} operator what the test is about, with its domain where that is not ONNX's own
 * @property {boolean} expanded whether the model is the body of the function that the operator is
 * @property {boolean} restated whether the model stands under an older operator set than the test's own, which no engine loads
 * @property {number} rtol
 * @property {number} atol
 * @property {Uint8Array} model
 * @property {Map<string, import('../../src/model/index.js').Tensor>} inputs in the order of the graph's inputs
 * @property {Map<string, import('../../src/model/index.js').Tensor>} outputs what is right
 * @property {string | undefined} other a value that is no tensor, which no engine here can be given
 */

const encoder = new TextEncoder();

/**
 * @param {string} folder where tools/conformance-cases.py has written
 * @returns {{ onnx: string, cases: Case[] }}
 */
export function readCases(folder) {
  const { onnx, cases } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
  // A buffer of its own, in which every place is aligned.
  const bytes = new Uint8Array(readFileSync(join(folder, 'cases.bin')));
  const at = ([offset, length]) => bytes.subarray(offset, offset + length);
  const tensors = (values) =>
    new Map(values.filter(({ other }) => !other).map((value) => [value.name, tensorOf(value, at)]));
  return {
    onnx,
    cases: cases.map((each) => ({
      ...each,
      model: at(each.model),
      inputs: tensors(each.inputs),
      outputs: tensors(each.outputs),
      other: [...each.inputs, ...each.outputs].find(({ other }) => other)?.other,
    })),
  };
}

function tensorOf({ type, shape, data, strings }, at) {
  if (!strings) return new Tensor(DATA_TYPES[type - 1], shape, at(data));
  const texts = strings.map((text) => encoder.encode(text));
  return new Tensor('string', shape, new Uint8Array(), texts);
}
