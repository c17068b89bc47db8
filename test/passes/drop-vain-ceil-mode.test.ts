import { describe, expect, test } from 'vitest';
import type { Dimension, Model, PlainAttribute } from '../../src/model/index.js';
import { inferTypes } from '../../src/operators/infer.js';
import { dropVainCeilMode } from '../../src/passes/drop-vain-ceil-mode.js';
import { Changes } from '../../src/passes/pass.js';
import { network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const pooled = (operator: string, size: Dimension, attributes: Readonly<Record<string, PlainAttribute>>) =>
  network((n) => n.node(operator, [n.input([1, 1, size])], { ceil_mode: 1, ...attributes }), { opset: 18 });
const roundsUp = (model: Model) => model.graph.sorted()[0]?.attributes.has('ceil_mode');

describe('ceil_mode', () => {
  // Sizes of ONNX Runtime, which are those of PyTorch. ONNX's inference says 2, 4 and 2 while the attribute is there.
  test.each([
    ['MaxPool', 1, { kernel_shape: [2], strides: [2], pads: [1, 1] }, 1],
    ['AveragePool', 5, { kernel_shape: [2], strides: [2], pads: [1, 1], count_include_pad: 1 }, 3],
    ['LpPool', 2, { kernel_shape: [1], strides: [2] }, 1],
    ['MaxPool', 7, { kernel_shape: [3], strides: [2] }, 3],
    ['MaxPool', 2, { kernel_shape: [1], strides: [2], auto_pad: 'SAME_UPPER' }, 1],
    ['AveragePool', 'n', { kernel_shape: [3], pads: [1, 1] }, 'n'],
  ])(
    'is dropped from %s over %s with %o, which has a window for each that fits',
    async (operator, size, attributes, found) => {
      const model = pooled(operator, size, attributes);
      inferTypes(model.graph);
      // ONNX Runtime does not run the attribute together with SAME at these sizes.
      if ('auto_pad' in attributes) dropVainCeilMode.run(model.graph, new Changes());
      else await expectExact(model, dropVainCeilMode, 0);
      inferTypes(model.graph);
      expect(roundsUp(model)).toBe(false);
      expect(model.graph.outputs[0]?.shape).toEqual([1, 1, found]);
    },
  );

  test.each([
    ['a last window that only rounding up finds', 6, { kernel_shape: [3], strides: [2] }],
    ['a size that is not known', 'n', { kernel_shape: [3], strides: [2] }],
  ])('stays for %s', (_, size, attributes) => {
    expectUntouched(pooled('MaxPool', size, attributes), dropVainCeilMode);
  });
});
