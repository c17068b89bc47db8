import { expect, test } from 'vitest';
import { Model } from '../../src/model/index.js';
import { isFloat32Input, isFloat32Only, isFloat32Output } from '../../src/operators/float32-only.js';

function node(operator: string, opset: number) {
  const { graph } = new Model({ opsets: new Map([['', opset]]) });
  return graph.insert({ operator, inputs: [], outputs: 3, origin: [] });
}

test.each([
  ['CumSum', 13, true],
  ['CumSum', 14, false],
  ['IsInf', 19, true],
  ['IsInf', 20, false],
  ['QuantizeLinear', 13, true],
  ['QuantizeLinear', 19, false],
  ['NonMaxSuppression', 11, true],
  ['Range', 26, true],
  ['Range', 27, false],
  ['Celu', 12, true],
  ['Conv', 1, false],
  ['Resize', 19, false],
])('%s in operator set %i takes no float16 at all: %s, by its schema', (operator, opset, isOnly) => {
  expect(isFloat32Only(node(operator, opset))).toBe(isOnly);
});

test('the scales of Resize and Upsample are float32, and the statistics that LayerNormalization gives', () => {
  const inputs = (operator: string, opset: number) =>
    [0, 1, 2, 3].map((at) => isFloat32Input(node(operator, opset), at));
  expect(inputs('Resize', 10)).toEqual([false, true, false, false]);
  expect(inputs('Resize', 19)).toEqual([false, false, true, false]);
  expect(inputs('Upsample', 7)).toEqual([false, false, false, false]);
  expect(inputs('Upsample', 9)).toEqual([false, true, false, false]);
  const normalization = node('LayerNormalization', 17);
  expect([0, 1, 2].map((at) => isFloat32Output(normalization, at))).toEqual([false, true, true]);
});
