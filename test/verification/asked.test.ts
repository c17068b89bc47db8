import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyAll } from '../../src/commands/verify/verify.js';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import { convert, type VerifyOptions } from '../../src/index.js';
import type { Value } from '../../src/model/index.js';
import { type Network, network } from '../network.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'asked-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Written {
  /** Height and width of its image. */
  readonly size?: readonly [number | string, number | string];
  /** What becomes of features `[1, 4]` and the map that they are made of. */
  readonly outputs?: (n: Network, features: Value, map: Value) => readonly Value[];
}

/** The same weights whatever is asked for. */
function written(name: string, { size = [24, 24], outputs = (_, features) => [features] }: Written): string {
  const model = network((n) => {
    const map = n.relu(n.conv(n.input([1, 3, ...size], 'float32', 'image'), { channels: 8, kernel: 3, bias: true }));
    map.name = 'map';
    const features = n.linear(n.node('ReduceMean', [map], { axes: [2, 3], keepdims: 0 }), 4);
    features.name = 'features';
    return outputs(n, features, map);
  });
  const file = path.join(folder, name);
  writeFileSync(file, writeOnnx(model));
  return file;
}

async function judged(reference: string, candidates: readonly string[], options: VerifyOptions = {}) {
  const { report, error } = await verifyAll(reference, candidates, options);
  const [model] = report.models;
  return { error, notes: model?.notes, candidates: model?.candidates ?? [] };
}

const triedAt = ({ candidates }: Awaited<ReturnType<typeof judged>>) =>
  candidates.map(({ check }) => check?.judgements[0]?.tried.map(({ inputs }) => inputs[0]?.shape));

describe('--outputs', () => {
  const reference = () => written('two.onnx', { outputs: (_, features, map) => [features, map] });
  const doubled = (n: Network, value: Value) => {
    const result = n.node('Mul', [value, n.constant(2)]);
    value.name = `half of ${value.name}`;
    result.name = 'map';
    return result;
  };

  test('leaves out one that a candidate lacks, which is a difference without it', async () => {
    const lacking = written('lacking.onnx', {});
    // Inside there is a value of that name, which is then compared.
    expect((await judged(reference(), [lacking])).error).toBeUndefined();
    const renamed = written('renamed.onnx', {
      outputs: (_, features, map) => {
        map.name = 'another name';
        return [features];
      },
    });
    expect((await judged(reference(), [renamed])).error).toMatchObject({
      exitCode: 5,
      what: 'it lacks the output map of the reference',
    });
    const { error, candidates } = await judged(reference(), [renamed], { outputs: ['features'] });
    expect(error).toBeUndefined();
    expect(candidates[0]?.check?.judgements[0]?.outputs.map(({ output }) => output)).toEqual(['features']);
  });

  test('says what alone is compared: a difference in another output is none', async () => {
    const other = written('other-map.onnx', { outputs: (n, features, map) => [features, doubled(n, map)] });
    expect((await judged(reference(), [other])).error).toMatchObject({ exitCode: 5, where: { value: 'map' } });
    expect((await judged(reference(), [other], { outputs: ['features'] })).error).toBeUndefined();
    expect((await judged(reference(), [other], { outputs: ['map'] })).error).toMatchObject({ exitCode: 5 });
  });

  test('of a name that is none is wrong usage', async () => {
    const { error } = await judged(reference(), [written('same.onnx', {})], { outputs: ['featurs'] });
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining('features') });
  });
});

describe('sizes that the reference leaves open', () => {
  const open = () => written('open.onnx', { size: ['height', 'width'] });

  test('are tried at two settings, or as --shape says', async () => {
    const same = written('open-too.onnx', { size: ['height', 'width'] });
    expect(triedAt(await judged(open(), [same]))).toEqual([
      [
        [1, 3, 224, 224],
        [1, 3, 161, 225],
      ],
    ]);
    const asked = { shape: { image: [1, 3, 40, 24] } };
    expect(triedAt(await judged(open(), [same], asked))).toEqual([[[1, 3, 40, 24]]]);
  });

  test('are those that a candidate fixes, and that is said', async () => {
    const fixed = written('fixed.onnx', { size: [24, 32] });
    const found = await judged(open(), [fixed]);
    expect(found.error).toBeUndefined();
    expect(triedAt(found)).toEqual([[[1, 3, 24, 32]]]);
    expect(found.notes).toContain('tried at image [1,3,24,32], which a candidate fixes');
  });

  test('cannot be two at once', async () => {
    const fixed = [written('fixed-24.onnx', {}), written('fixed-32.onnx', { size: [32, 32] })];
    expect((await judged(open(), fixed)).error).toMatchObject({
      exitCode: 2,
      what: 'candidates fix axis 2 of image at 24 and 32',
    });
  });

  test('that --shape and a candidate see otherwise leave nothing to try', async () => {
    const found = await judged(open(), [written('fixed-again.onnx', {})], { shape: { image: [1, 3, 40, 40] } });
    expect(found.error).toMatchObject({ exitCode: 5, what: expect.stringContaining('none of the sizes') });
  });
});

describe('sizes that a package takes', () => {
  /** A package of the network, whose sizes vary as asked. */
  async function flexible(source: string, name: string, ...sizes: string[]): Promise<string> {
    const options = { to: ['coreml'], precision: 'fp32', outDir: folder, name, check: false } as const;
    await convert(source, { ...options, shape: { image: [1, 3, ...sizes] } });
    return path.join(folder, `${name}.mlpackage`);
  }

  test('are what an open reference is tried at: both ends and one within', async () => {
    const open = written('open-for-bounds.onnx', { size: ['height', 'width'] });
    const found = await judged(open, [await flexible(open, 'bounds', '24..40', '24..64')]);
    expect(found.error).toBeUndefined();
    expect(triedAt(found)).toEqual([
      [
        [1, 3, 24, 24],
        [1, 3, 40, 64],
        [1, 3, 31, 49],
      ],
    ]);
    expect(found.notes).toContain('tried within image [1,3,24..40,24..64], which a candidate takes');
    expect(found.candidates[0]?.notes).toContain('it takes image [1,3,24..40,24..64]');
    const listed = await judged(open, [await flexible(open, 'list', '24/40/32', '24/64/48')]);
    expect(triedAt(listed)).toEqual([
      [
        [1, 3, 24, 24],
        [1, 3, 40, 64],
        [1, 3, 32, 48],
      ],
    ]);
  });

  test('of two packages have to be the same', async () => {
    const open = written('open-for-two.onnx', { size: ['height', 'width'] });
    const two = [await flexible(open, 'narrow', '24..40', '24'), await flexible(open, 'wide', '24..64', '24')];
    expect((await judged(open, two)).error).toMatchObject({
      exitCode: 2,
      what: 'candidates take different sizes of image: [1,3,24..40,24] and [1,3,24..64,24]',
    });
  });

  test('may not be the one that the reference has', async () => {
    const open = written('open-for-one.onnx', { size: ['height', 'width'] });
    const package_ = await flexible(open, 'larger', '32..64', '32..64');
    expect((await judged(written('small.onnx', {}), [package_])).error).toMatchObject({
      exitCode: 5,
      what: expect.stringContaining('none of the sizes'),
    });
  });

  test('are opened in a reference that fixes one and is asked for others', async () => {
    const fixed = written('fixed-and-asked.onnx', {});
    const asked = { shape: { image: [1, 3, '24..40', '24..64'] } };
    const found = await judged(fixed, [await flexible(fixed, 'opened', '24..40', '24..64')], asked);
    expect(found.error).toBeUndefined();
    expect(triedAt(found)[0]).toHaveLength(3);
  });

  test('are held against: a package that answers otherwise at the largest is found', async () => {
    const open = written('open-and-off.onnx', { size: ['height', 'width'] });
    // Nothing but the width tells them apart, and it does from 60 on.
    const off = written('off.onnx', {
      size: ['height', 'width'],
      outputs: (n, features, map) => {
        const width = n.node('Cast', [n.node('Shape', [map], { start: 3 })], { to: 1 });
        const more = n.relu(n.node('Sub', [width, n.constant(60)]));
        features.name = 'before';
        const sum = n.add(features, more);
        sum.name = 'features';
        return [sum];
      },
    });
    const found = await judged(open, [await flexible(off, 'off', '24..40', '24..64')]);
    expect(found.error).toMatchObject({ exitCode: 5, where: { value: 'features' } });
  });
});

test('an output that lacks sizes of 1 is taken in those of the reference, and where they part is found in it', async () => {
  const squeezed = (factor: number) => (n: Network, features: Value) => {
    features.name = 'with an axis more';
    const flat = n.node('Squeeze', [n.node('Mul', [features, n.constant(factor)]), n.integers([0])]);
    flat.name = 'features';
    return [flat];
  };
  const reference = written('plain.onnx', {});
  const right = await judged(reference, [written('squeezed.onnx', { outputs: squeezed(1) })]);
  expect(right.error).toBeUndefined();
  expect(right.candidates[0]?.notes).toContain('its output features [4] is taken as [1,4]');
  const wrong = await judged(reference, [written('wrong.onnx', { outputs: squeezed(1.01) })], { bisect: true });
  expect(wrong.error).toMatchObject({ exitCode: 5 });
  expect(wrong.candidates[0]?.parted).toMatchObject({ value: 'features' });
  expect(wrong.candidates[0]?.parted?.own).toBeCloseTo(0.01, 5);
});

describe('a candidate that normalises pixels by itself', () => {
  const PIXELS = { image: 'bgr', mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3] } as const;
  const targets = ['onnx', 'tfjs', 'litert', 'coreml'] as const;
  const suffixes = ['.fused.onnx', '.tfjs', '.tflite', '.mlpackage'];
  let source: string;
  let candidates: string[];

  beforeAll(async () => {
    source = written('pixels.onnx', {});
    await convert(source, { to: targets, precision: 'fp32', outDir: folder, check: false, ...PIXELS });
    candidates = suffixes.map((suffix) => path.join(folder, `pixels${suffix}`));
  });

  test('gets them in every format, and the reference what they are normalised to', async () => {
    const found = await judged(source, candidates);
    expect(found.error).toBeUndefined();
    for (const { check, path: file } of found.candidates) {
      const [output] = check?.judgements[0]?.outputs ?? [];
      expect(output?.error, file).toBeLessThan(1e-5);
      // Pixels of 0 to 255 that went in as they are would move it by far more.
      expect(output?.response, file).toBeGreaterThan(1e-2);
    }
  });

  test.each([
    ['another mean', { ...PIXELS, mean: [0.4, 0.5, 0.5] }],
    ['another order of colours', { ...PIXELS, image: 'rgb' }],
  ] as const)('is another function where the user says %s', async (_, pixels) => {
    const found = await judged(source, candidates, pixels);
    expect(found.candidates.map(({ exitCode }) => exitCode)).toEqual([5, 5, 5, 5]);
  });
});
