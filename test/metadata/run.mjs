/**
 * Converts with everything that can be said of a model, and lets each format's own library read it: onnx, coremltools and LiteRT's
 * classes in Python, TensorFlow.js here. Ends with "N passed, N failed"; needs `npm run build`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convert } from '../../dist/index.js';
import { judgePython } from '../judge-python.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const fixtures = join(here, '..', '..', 'fixtures');
const folder = mkdtempSync(join(tmpdir(), 'mobileone-metadata-'));
const python = judgePython({
  requirements: join(here, 'requirements.txt'),
  environment: 'metadata-venv',
  judges: 'what artefacts say of themselves',
  given: process.env.MOBILEONE_METADATA_PYTHON,
});

const said = {
  author: 'Ann Ängström',
  license: 'MIT',
  description: 'Reads digits,\nwritten by hand.',
  modelVersion: '12',
};
const describe = { image: 'a digit, white on black', logits: 'one number for each digit' };
const labels = ['"naught" é', ...Array.from({ length: 9 }, (_, digit) => `digit ${digit + 1} é`)];
const classes = ['one', 'two', 'three'];
const image = { image: 'gray', mean: [0.5], std: [0.25] };

let status = 1;
try {
  const targets = ['onnx', 'tfjs', 'litert', 'coreml'];
  const common = { outDir: folder, check: false };
  const digits = join(fixtures, 'digits', 'digits_te18', 'model.onnx');
  await convert(digits, { ...common, ...said, ...image, describe, labels, to: targets, name: 'digits' });
  const detector = join(fixtures, 'detectors', 'batched_nms_ts17', 'model.onnx');
  await convert(detector, { ...common, ...said, labels: classes, nms: 'pipeline', to: ['coreml'], name: 'pipeline' });
  await convert(detector, {
    ...common,
    labels: classes,
    nms: 'padded',
    to: ['coreml', 'onnx', 'tfjs'],
    name: 'padded',
  });
  const plain = join(fixtures, 'cases', 'mean_over_space', 'model.onnx');
  await convert(plain, { ...common, to: ['coreml'], name: 'silent' });

  const expected = { ...said, describe, labels, classes, image: { order: 'gray', mean: [0.5], std: [0.25] } };
  const tfjs = await readByTensorFlow('digits');
  const padded = await readByTensorFlow('padded');
  writeFileSync(join(folder, 'expected.json'), JSON.stringify({ ...expected, tfjs, padded }));
  ({ status } = spawnSync(python, [join(here, 'judge.py'), folder], { stdio: 'inherit' }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = status ?? 1;

/** What TensorFlow.js itself has of a model: its metadata, and inputs and outputs by their names in the signature. */
async function readByTensorFlow(name) {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-cpu');
  const { loadGraphModelSync } = await import('@tensorflow/tfjs-converter');
  await tf.setBackend('cpu');
  const { modelTopology, weightsManifest, ...rest } = JSON.parse(
    readFileSync(join(folder, `${name}.tfjs`, 'model.json'), 'utf8'),
  );
  const shards = weightsManifest.flatMap(({ paths }) =>
    paths.map((path) => readFileSync(join(folder, `${name}.tfjs`, path))),
  );
  const model = loadGraphModelSync({
    load: () => ({
      modelTopology,
      ...rest,
      weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
      weightData: Uint8Array.from(Buffer.concat(shards)).buffer,
    }),
  });
  const { inputs, outputs } = model.modelSignature;
  return { metadata: model.metadata, inputs: Object.keys(inputs), outputs: Object.keys(outputs) };
}
