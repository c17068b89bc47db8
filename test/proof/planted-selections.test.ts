import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { formats, register } from '../../src/formats/index.js';
import { convert, reportOf } from '../../src/index.js';
import type { Graph } from '../../src/model/index.js';
import type { GivenArrays } from '../../src/trials/index.js';
import { DETECTORS, FAULTS, FORMS, type Form, images, writeDetector } from '../verification/planted-detections.js';

const folder = mkdtempSync(join(tmpdir(), 'planted-selections-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a conversion ends with whose lowering makes a mistake wherever it meets a suppression. */
async function exitCode(source: string, { nms, precision }: Form, plant: (graph: Graph) => void, inputs?: GivenArrays) {
  const listed = formats.get('coreml');
  if (!listed) throw new Error('Core ML is not listed');
  const coreml = await listed.load();
  register(listed, async () => ({
    ...coreml,
    lower(model, options) {
      if (model.graph.count('NonMaxSuppression') > 0) plant(model.graph);
      return coreml.lower(model, options);
    },
  }));
  try {
    await convert(source, { to: ['coreml'], nms, precision, outDir: mkdtempSync(join(folder, 'out-')), inputs });
    return 0;
  } catch (error) {
    return reportOf(error)?.exitCode;
  } finally {
    register(listed, listed.load);
  }
}

const CASES = DETECTORS.flatMap((name) => FORMS.map((form) => ({ name, ...form })));

test.each(CASES)(
  '$name as $nms in $precision is put in place, and is not where its lowering is at fault',
  async ({ name, ...form }) => {
    const source = join(mkdtempSync(join(folder, 'source-')), 'model.onnx');
    writeDetector(name, source);
    const onImages = (plant: (graph: Graph) => void) => exitCode(source, form, plant, { image: images() });
    const onDraws = (plant: (graph: Graph) => void) => exitCode(source, form, plant);
    expect([await onImages(() => {}), await onDraws(() => {})]).toEqual([0, 0]);
    for (const [what, plant] of FAULTS) {
      // Not every fault moves a box on every input.
      const code = (await onImages(plant)) || (await onDraws(plant));
      // Outputs that are no boxes any more are refused for a pipeline.
      expect([what, code]).toEqual([what, code === 4 && form.nms === 'pipeline' ? 4 : 5]);
    }
  },
);
