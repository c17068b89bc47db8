import { expect, test } from 'vitest';
import { convertOptions, resolveConvert } from '../../src/commands/convert/options.js';
import { inspectOptions, resolveInspect } from '../../src/commands/inspect/options.js';
import { resolveVerify, verifyOptions } from '../../src/commands/verify/options.js';
import { UsageError } from '../../src/model/index.js';

test('an option that is undefined never beats a default', () => {
  expect(resolveConvert({ outDir: undefined, to: undefined })).toMatchObject({
    outDir: '.',
    to: ['onnx'],
    check: true,
  });
});

test('an unknown option is refused, with the nearest known one', () => {
  const misspelt: object = { precison: 'fp16' };
  expect(() => resolveConvert(misspelt)).toThrow(UsageError);
  expect(() => resolveConvert(misspelt)).toThrow(/no option precison; did you mean precision\?/);
  expect(() => resolveInspect({ ...misspelt })).toThrow(/no option precison/);
});

test('names from strangers pollute nothing', () => {
  const options: object = JSON.parse('{"__proto__": {"outDir": "elsewhere"}}');
  expect(() => resolveConvert(options)).toThrow(/no option __proto__/);
  const shape = JSON.parse('{"__proto__": [1, 2], "constructor": [3]}');
  expect([...resolveConvert({ shape }).shape]).toEqual([
    ['__proto__', [1, 2]],
    ['constructor', [3]],
  ]);
});

test('a target that stands there twice is written once', () => {
  expect(resolveConvert({ to: ['tfjs', 'onnx', 'tfjs'] }).to).toEqual(['tfjs', 'onnx']);
});

test('a precision is for all targets, or by target', () => {
  const { precision } = convertOptions();
  expect(precision.kind.fromText('fp16', undefined)).toBe('fp16');
  expect(precision.kind.fromText('onnx=fp16, tfjs=uint8', undefined)).toEqual(
    new Map([
      ['onnx', 'fp16'],
      ['tfjs', 'uint8'],
    ]),
  );
  const to = ['onnx', 'tfjs', 'coreml'];
  expect([...resolveConvert({ to, precision: 'fp16' }).precision]).toEqual(to.map((name) => [name, 'fp16']));
  const some = resolveConvert({ to: ['tflite', 'onnx'], precision: { tflite: 'uint8' } });
  expect([...some.precision]).toEqual([['litert', 'int8']]);
});

test('what the command line reads is what the API takes', () => {
  const { shape, to, mean, tolerance } = convertOptions();
  expect(shape.kind.fromText('a:b:1,2', shape.kind.fromText('x:3', undefined))).toEqual(
    new Map([
      ['x', [3]],
      ['a:b', [1, 2]],
    ]),
  );
  const flexible = shape.kind.fromText('x:1..8,3,224/320', undefined);
  expect(flexible).toEqual(new Map([['x', ['1..8', 3, '224/320']]]));
  expect([...resolveConvert({ shape: { x: ['1..8', 3], y: [3, '224/320'] } }).shape.values()]).toEqual([
    [{ least: 1, most: 8 }, 3],
    [3, [224, 320]],
  ]);
  expect(to.kind.fromText('onnx, tfjs', undefined)).toEqual(['onnx', 'tfjs']);
  expect(mean.kind.fromText('0.5,-1e-3,.25', undefined)).toEqual([0.5, -0.001, 0.25]);
  expect(tolerance.kind.fromText('0x10', undefined)).toBe('0x10');
});

test('every option has a help text, and inspect takes no other flags than convert for the same thing', () => {
  for (const [name, { flag, help }] of Object.entries({ ...inspectOptions(), ...convertOptions() })) {
    // There is no way to type these.
    if (name !== 'onProgress' && name !== 'signal') expect([flag, help], name).not.toContain('');
  }
  expect(inspectOptions().shape).toBe(convertOptions().shape);
});

test('a size of images is the shorter side, or height and width', () => {
  const { resize } = verifyOptions();
  expect(resize.kind.fromText('256', undefined)).toEqual([256]);
  expect(resize.kind.fromText('224x320', undefined)).toEqual([224, 320]);
  for (const wrong of ['0', '1.5', 'x', '2x3x4', '-1', '224,320']) {
    const value: object = { inputs: 'images', resize: resize.kind.fromText(wrong, undefined) };
    expect(() => resolveVerify(value), wrong).toThrow(/--resize: ".*" is neither a size nor a height and width/);
  }
});

test('what is asked of data needs data', () => {
  expect(() => resolveVerify({ resize: [256] })).toThrow('--resize needs --inputs');
  expect(() => resolveVerify({ minAgreement: 0.9 })).toThrow('--min-agreement needs --inputs');
  expect(() => resolveVerify({ inputs: 'images', maxDrop: 1 })).toThrow('--max-drop needs --truth');
  expect(resolveVerify({ inputs: 'images', truth: 'folders', maxDrop: 1 })).toMatchObject({ maxDrop: 1 });
});

test('a part of the samples needs samples, a report, and no search for where candidates part', () => {
  expect(() => resolveVerify({ shard: '1/2', report: 'r.json' })).toThrow('--shard needs --inputs');
  expect(() => resolveVerify({ shard: '1/2', inputs: 'images' })).toThrow('--shard needs --report');
  expect(() => resolveVerify({ resume: true, inputs: 'images' })).toThrow('--resume needs --report');
  expect(() => resolveVerify({ shards: 2 })).toThrow('--shards needs --shard auto');
  for (const shard of ['0/2', '3/2', '1', 'a/b', '1/2/3', '']) {
    expect(() => resolveVerify({ shard, inputs: 'images', report: 'r.json' }), shard).toThrow('is no part of a whole');
  }
  const whole = { shard: '2/2', inputs: 'images', report: 'r.json' };
  expect(resolveVerify(whole)).toMatchObject({ shard: '2/2', resume: false });
  expect(() => resolveVerify({ ...whole, bisect: true })).toThrow('--bisect does not go with --shard');
});

test('a list that repeats one size leaves nothing open', () => {
  const { shape } = resolveConvert({ shape: { x: [1, '3/3', '32/32', '32/64'] } });
  expect(shape.get('x')).toEqual([1, 3, 32, [32, 64]]);
});
