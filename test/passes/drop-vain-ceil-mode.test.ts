import { describe, expect, test } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import type { Dimension, Model, PlainAttribute } from '../../src/model/index.js';
import { inferTypes } from '../../src/operators/infer.js';
import { dropVainCeilMode } from '../../src/passes/drop-vain-ceil-mode.js';
import { Changes } from '../../src/passes/pass.js';
import { optimize } from '../../src/passes/pipeline.js';
import { network } from '../network.js';
import { expectExact, expectSameAnswers, expectUntouched } from './apply-pass.js';

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

  // Windows that ONNX Runtime finds; along the second axis ONNX's inference counts one more while `ceil_mode` is there.
  test.each([
    ['MaxPool', {}, [4, 2]],
    ['LpPool', { dilations: [1, 1] }, [4, 2]],
    ['AveragePool', {}, [4, 2]],
    ['AveragePool', { count_include_pad: 1 }, [4, 2]],
    ['MaxPool', { dilations: [3, 1], pads: [0, 0, 1, 1] }, [3, 2]],
    ['AveragePool', { kernel_shape: [2, 1], pads: [1, 0, 0, 0] }, [4, 2]],
  ])(
    'along one axis alone is said so that %s %o is as wide for who checks it as it is',
    async (operator, own, found) => {
      const window = { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 0, 0, 1], ceil_mode: 1 };
      const model = network(
        (n) => {
          const pool = n.node(operator, [n.input([1, 2, 6, 4])], { ...window, ...own });
          return n.add(pool, n.node('Expand', [n.random([2, 1, 1]), n.node('Shape', [pool])]));
        },
        { opset: 18 },
      );
      const source = writeOnnx(model);
      optimize(model);
      expect(model.graph.sorted().map((node) => node.operator)).toEqual([operator, 'Add']);
      expect(model.graph.outputs[0]?.shape).toEqual([1, 2, ...found]);
      await expectSameAnswers(model.graph, source, writeOnnx(model), 0);
    },
  );
});
