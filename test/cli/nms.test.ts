import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { scratch } from '../files/scratch.js';
import { mobileone } from './run.js';

const detector = fileURLToPath(new URL('../../fixtures/detectors/batched_nms_ts17/model.onnx', import.meta.url));
const fixture = (name: string) =>
  fileURLToPath(new URL(`../../fixtures/detectors/${name}/model.onnx`, import.meta.url));
const topK = fileURLToPath(new URL('../../fixtures/cases/topk_head_ts17/model.onnx', import.meta.url));

test('boxes in a fixed number of rows are judged as they are written, and by verify', async () => {
  const out = scratch();
  const { code, stdout, stderr } = await mobileone(out, ['convert', detector, '--to', 'coreml', '--nms', 'padded']);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/12 rows, of which the output count says how many count/);
  const verified = await mobileone(out, ['verify', detector, 'model.mlpackage']);
  expect(verified.code, verified.stderr).toBe(0);
  const other = await mobileone(out, ['verify', detector.replace('batched_nms', 'nms'), 'model.mlpackage']);
  // Another network, whose selection cannot be put into this one's place: no pass.
  expect(other.code, other.stderr).toBe(8);
});

test('without the option the line offers it beside the cut', async () => {
  const { code, stderr } = await mobileone(scratch(), ['convert', detector, '--to', 'coreml']);
  expect(code).toBe(4);
  expect(stderr).toMatch(/NonMaxSuppression.*--nms padded.*--outputs /s);
});

test('a graph that selects nothing is no detector of that kind', async () => {
  const { code, stderr } = await mobileone(scratch(), ['convert', topK, '--to', 'coreml', '--nms', 'padded']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/no NonMaxSuppression/);
});

test("Core ML's own suppression is judged by the boxes that follow from it", async () => {
  const out = scratch();
  const pipeline = ['--to', 'coreml', '--precision', 'fp32', '--nms', 'pipeline'];
  const { code, stdout, stderr } = await mobileone(out, ['convert', detector, ...pipeline]);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/Core ML's own, among boxes of the same class.*was cut/);
  expect(stdout).toMatch(/Core ML itself did not run/);
  // A second run finds a package of its own there.
  expect((await mobileone(out, ['convert', detector, ...pipeline])).code).toBe(0);
  const inputs = detector.replace('model.onnx', 'input.npy');
  const verified = await mobileone(out, ['verify', detector, 'model.mlpackage', '--inputs', inputs]);
  expect(verified.code, verified.stderr).toBe(0);
  expect(verified.stdout).toMatch(/output boxes \(by name\)/);
  // Near ties change places on seeded draws: the selection is held against the rule.
  const seeded = await mobileone(out, ['verify', detector, 'model.mlpackage']);
  expect(seeded.code, seeded.stderr).toBe(0);
  expect(seeded.stdout).toMatch(/rows moved by near ties; where both select among its own values all agrees/);
  // Another network's values have other names: not judged, never a pass.
  const other = await mobileone(out, [
    'verify',
    detector.replace('batched_nms', 'nms'),
    'model.mlpackage',
    '--inputs',
    inputs,
  ]);
  expect(other.code, other.stderr).toBe(8);
});

test.each(['columns_ts17', 'background_te18', 'classes_first'])(
  "%s ends as detectors do that give columns, count from a background on or have classes first: Core ML's own suppression takes it",
  async (name) => {
    const [out, model] = [scratch(), fixture(name)];
    const { code, stderr } = await mobileone(out, [
      'convert',
      model,
      '--to',
      'coreml',
      '--precision',
      'fp32',
      '--nms',
      'pipeline',
    ]);
    expect(code, stderr).toBe(0);
    const inputs = model.replace('model.onnx', 'input.npy');
    const verified = await mobileone(out, ['verify', model, 'model.mlpackage', '--inputs', inputs]);
    expect(verified.code, verified.stderr).toBe(0);
    expect(verified.stdout).toMatch(
      name === 'columns_ts17' ? /output detections \(by name\)/ : /output labels \(by name\)/,
    );
  },
);

test('a selection for each class by itself is held in rows alone', async () => {
  const [out, model] = [scratch(), fixture('each_class')];
  const pipeline = await mobileone(out, ['convert', model, '--to', 'coreml', '--nms', 'pipeline']);
  expect(pipeline.code).toBe(4);
  expect(pipeline.stderr).toMatch(/each class by itself/);
  const padded = ['--nms', 'padded', '--deployment-target', 'iOS17'];
  const { code, stderr } = await mobileone(out, ['convert', model, '--to', 'coreml', ...padded]);
  expect(code, stderr).toBe(0);
});

test('class names go to the suppression, and as many as it has classes', async () => {
  const out = scratch();
  const labels = (names: string) => {
    writeFileSync(join(out, 'labels.txt'), names);
    return mobileone(out, ['convert', detector, '--to', 'coreml', '--nms', 'pipeline', '--labels', 'labels.txt']);
  };
  const named = await labels('one\ntwo\nthree\n');
  expect(named.code, named.stderr).toBe(0);
  expect((await labels('one\ntwo\n')).code).toBe(3);
  const twice = await labels('one\ntwo\none\n');
  expect(twice.code).toBe(3);
  expect(twice.stderr).toMatch(/"one" stands there twice/);
});

test('where boxes are rows, and in other formats, class names stand in the metadata', async () => {
  const out = scratch();
  writeFileSync(join(out, 'labels.txt'), 'one\ntwo\nthree\n');
  const options = ['--to', 'onnx,tfjs,coreml', '--nms', 'padded', '--labels', 'labels.txt', '--report', 'report.json'];
  const { code, stderr } = await mobileone(out, ['convert', detector, ...options]);
  expect(code, stderr).toBe(0);
  const metadata = readFileSync(join(out, 'model.mlpackage/Data/com.apple.CoreML/model.mlmodel')).toString('latin1');
  expect(metadata.split('["one","two","three"]')).toHaveLength(2);
});
