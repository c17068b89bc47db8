import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { coreml } from '../../src/formats/coreml/index.js';
import { applyPrecision } from '../../src/formats/onnx/precision.js';
import { boxesApart } from '../../src/operators/boxes-apart.js';
import { inferTypes } from '../../src/operators/infer.js';
import { optimize } from '../../src/passes/pipeline.js';
import { openModel } from '../corpus/open-model.js';

function detector(name: string) {
  const model = openModel(fileURLToPath(new URL(`../../fixtures/detectors/${name}/model.onnx`, import.meta.url)));
  optimize(model);
  inferTypes(model.graph);
  const [node] = model.graph.nodesOf('NonMaxSuppression');
  if (!node) throw new Error('nothing is suppressed');
  return { model, apart: boxesApart(node.input(0)) };
}

describe.each(['batched_nms_ts17', 'batched_nms_te18', 'columns_ts17'])(
  'boxes of %s, which are moved apart by their class,',
  (name) => {
    test('are known with what moves them', () => {
      const { apart } = detector(name);
      expect(apart?.boxes.shape?.at(-1)).toBe(4);
      expect(apart?.classes.dtype).toBe('int64');
      expect(apart?.nodes.map(({ operator }) => operator)).toEqual(expect.arrayContaining(['Mul', 'Add']));
    });

    // From 3 classes of 64 pixels on an offset takes the bits that say what overlaps.
    test('are so in float32 where the rest is float16', () => {
      const lowered = detector(name);
      const moved = lowered.apart?.nodes.at(-1)?.output().name;
      const { program } = coreml.lower(lowered.model, { precision: 'fp16', nms: 'padded' });
      const made = program.operations.flatMap(({ outputs }) => outputs).find(({ holds }) => holds?.name === moved);
      expect(made?.type.dtype).toBe('fp32');
      const { model, apart } = detector(name);
      applyPrecision(model, 'fp16', []);
      expect(apart?.nodes.at(-1)?.output().dtype).toBe('float32');
      expect(model.graph.nodesOf('Conv')[0]?.output().dtype).toBe('float16');
    });
  },
);

test.each(['nms_ts17', 'each_class'])('boxes of %s are not moved', (name) => {
  expect(detector(name).apart).toBeUndefined();
});
