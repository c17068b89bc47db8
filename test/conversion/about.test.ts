import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { coremlCodec } from '../../src/formats/coreml/program/schema.js';
import { Table } from '../../src/formats/litert/flatbuffer/read.js';
import { litert } from '../../src/formats/litert/index.js';
import { toolMetadata } from '../../src/formats/litert/metadata.js';
import { convert, InputError, readOnnx, UsageError } from '../../src/index.js';
import { previewOf } from '../../src/source/preview.js';
import { DIGITS } from '../cli/run.js';
import { scratch } from '../files/scratch.js';
import { network } from '../network.js';

const ABOUT = {
  author: 'A. Author',
  license: 'MIT',
  description: 'Reads digits.',
  modelVersion: '7',
  describe: { image: 'grey, white on black', logits: 'one number a digit' },
};
const described = new Map(Object.entries(ABOUT.describe));

function labelsIn(folder: string, names: readonly string[]): string {
  const file = path.join(folder, 'labels.txt');
  fs.writeFileSync(file, `${names.join('\n')}\n`);
  return file;
}

test('what is said of a model stands where the tools of each format look for it, and class names once', async () => {
  const outDir = scratch();
  const names = Array.from({ length: 10 }, (_, digit) => `digit ${digit}`);
  const labels = labelsIn(scratch(), names);
  const report = await convert(DIGITS, { ...ABOUT, outDir, labels, to: ['onnx', 'tfjs', 'coreml'], check: false });

  const onnx = readOnnx(fs.readFileSync(path.join(outDir, 'model.fused.onnx')));
  expect(onnx.provenance).toMatchObject({ docString: 'Reads digits.', modelVersion: 7n });
  expect(onnx.metadata.get('model_author')).toBe('A. Author');
  expect(onnx.metadata.get('model_license')).toBe('MIT');
  expect([...onnx.described]).toEqual([...described]);

  const { userDefinedMetadata } = JSON.parse(fs.readFileSync(path.join(outDir, 'model.tfjs/model.json'), 'utf8'));
  expect(userDefinedMetadata).toMatchObject({
    'mobileone.author': 'A. Author',
    'mobileone.license': 'MIT',
    'mobileone.description': 'Reads digits.',
    'mobileone.modelVersion': '7',
    'mobileone.described': ABOUT.describe,
    'mobileone.preview': 'classifier',
  });

  const file = path.join(outDir, 'model.mlpackage/Data/com.apple.CoreML/model.mlmodel');
  const { description } = coremlCodec.decode('Model', Uint8Array.from(fs.readFileSync(file)));
  expect(description?.metadata).toMatchObject({
    shortDescription: 'Reads digits.',
    versionString: '7',
    author: 'A. Author',
    license: 'MIT',
  });
  expect(description?.metadata?.userDefined.has('mobileone.labels')).toBe(false);
  expect(Array.from(description?.input ?? [], ({ shortDescription }) => shortDescription)).toEqual([
    'grey, white on black',
  ]);
  const outputs = Array.from(description?.output ?? [], ({ name, shortDescription }) => [name, shortDescription]);
  expect(outputs).toContainEqual(['classLabel_probs', 'one number a digit']);
  expect(report.models[0]?.artefacts[2]?.notes.join('\n')).toContain(
    'output logits became the class classLabel and its probabilities classLabel_probs; a softmax was put before',
  );
});

test('TFLite Metadata has fields of its own', () => {
  const model = network((n) => n.relu(n.input([1, 3, 4, 4], 'float32', 'image')));
  const about = { author: 'A. Author', license: 'MIT', description: 'Text.', version: '1.2', described };
  const { program } = litert.lower(model, { about });
  const metadata = Table.root(toolMetadata(program) ?? new Uint8Array(), 'M001', (what) => new Error(what));
  expect([1, 2, 4, 5].map((field) => metadata.string(field))).toEqual(['Text.', '1.2', 'A. Author', 'MIT']);
  expect(metadata.tables(3)[0]?.tables(2)[0]?.string(1)).toBe('grey, white on black');
});

test('a version that is no whole number is kept as text in ONNX', async () => {
  const outDir = scratch();
  await convert(DIGITS, { outDir, modelVersion: '2.1-beta', check: false });
  const { metadata } = readOnnx(fs.readFileSync(path.join(outDir, 'model.fused.onnx')));
  expect(metadata.get('mobileone.modelVersion')).toBe('2.1-beta');
});

test('a description of what is not there is wrong usage', async () => {
  const converted = convert(DIGITS, { outDir: scratch(), describe: { imgae: 'pixels' }, check: false });
  await expect(converted).rejects.toThrow(UsageError);
  await expect(converted).rejects.toThrow(/no input or output "imgae"; did you mean image\?/);
});

test('class names that repeat are refused by Core ML, and elsewhere a note', async () => {
  const labels = labelsIn(scratch(), ['crane', 'crane', ...'abcdefgh']);
  const options = { outDir: scratch(), labels, check: false };
  const report = await convert(DIGITS, options);
  expect(report.models[0]?.notes.join('\n')).toContain('the class name "crane" stands for more than one class');
  await expect(convert(DIGITS, { ...options, to: ['coreml'] })).rejects.toThrow(InputError);
});

test('what kind of network it is follows from its operators, or is not said', () => {
  const image = [1, 3, 8, 8];
  const softmax = network((n) => n.node('Softmax', [n.conv(n.input(image), { channels: 5 })], { axis: 1 }));
  const chosen = network((n) => n.node('ArgMax', [n.conv(n.input(image), { channels: 5 })], { axis: 1 }));
  const filter = network((n) => n.conv(n.input(image), { channels: 5 }));
  expect([softmax, chosen, filter].map(({ graph }) => previewOf(graph, undefined))).toEqual([
    'segmenter',
    'segmenter',
    undefined,
  ]);
  expect(previewOf(filter.graph, 5)).toBe('segmenter');
});
