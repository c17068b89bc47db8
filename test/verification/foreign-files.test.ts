import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { verify } from '../../src/index.js';

// Made by fixtures/build/foreign.py, each file by the tool that its name says.
const FOLDER = fileURLToPath(new URL('../../fixtures/foreign', import.meta.url));
const source = join(FOLDER, 'source.onnx');
const files = readdirSync(FOLDER).filter((name) => name !== 'source.onnx');

test('there are files of every tool that people ship with', () => {
  for (const tool of ['onnxslim', 'onnxsim', 'ort-', 'coremltools-', 'tensorflowjs']) {
    expect(
      files.filter((name) => name.startsWith(tool)),
      tool,
    ).not.toEqual([]);
  }
});

describe('a file that another tool made of the same network is no false alarm', () => {
  test.each(files)('%s', async (name) => {
    const report = await verify(source, join(FOLDER, name));
    const [candidate] = report.models[0]?.candidates ?? [];
    expect(candidate?.check?.verdict).toBe('equivalent');
    expect(candidate?.check?.judgements[0]?.outputs[0]?.error).toBeLessThan(0.2);
  });
});

test.each([
  ['ort-extended.onnx', 'fp32', 'error'],
  ['coremltools-fp16.mlpackage', 'fp16', 'l2'],
  ['coremltools-int8.mlpackage', 'int8', 'l2'],
  ['coremltools-pal6.mlpackage', 'palette', 'none'],
  ['coremltools-int8-ios18.mlpackage', 'int8', 'l2'],
  ['coremltools-int4-ios18.mlpackage', 'palette', 'none'],
  ['coremltools-pal6-ios18.mlpackage', 'palette', 'none'],
  ['coremltools-sparse-ios18.mlpackage', 'fp16', 'l2'],
  ['ort-qdq.onnx', 'activations', 'error'],
  ['ort-qoperator.onnx', 'activations', 'error'],
])('%s says itself that it is held in %s, and is judged by %s', async (name, precision, measure) => {
  const report = await verify(source, join(FOLDER, name));
  const [candidate] = report.models[0]?.candidates ?? [];
  expect(candidate?.precision).toBe(precision);
  expect(candidate?.check?.judgements[0]?.measure).toBe(measure);
});

test('channels-last images and outputs of other names are found by their sizes', async () => {
  const report = await verify(source, join(FOLDER, 'tensorflowjs'));
  expect(report.models[0]?.candidates[0]?.matched).toMatchObject([
    { kind: 'input', reference: 'image', candidate: 'image', permutation: [0, 2, 3, 1], by: 'name' },
    { kind: 'output', reference: 'logits', candidate: 'output_0', permutation: null, by: 'type and shape' },
  ]);
});

test('any of them is a reference as well', async () => {
  const report = await verify(join(FOLDER, 'tensorflowjs'), [source, join(FOLDER, 'coremltools-fp32.mlpackage')]);
  expect(report.exitCode).toBe(0);
  expect(report.models[0]?.candidates.map(({ check }) => check?.verdict)).toEqual(['equivalent', 'equivalent']);
});
