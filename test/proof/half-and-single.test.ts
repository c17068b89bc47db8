import { expect, test } from 'vitest';
import { convert, reportOf } from '../../src/index.js';
import { numberToFloat16 } from '../../src/model/index.js';
import { node, tinyModel } from '../engines/tiny-models.js';

const CAST_TO = (type: number) => [{ name: 'to', type: 2, i: type }];
const [SINGLE, HALF] = [1, 10];
const CHANNELS = 8;

const halves = Uint16Array.from({ length: CHANNELS * 3 * 9 }, (_, i) => numberToFloat16(Math.sin(i) / 4));

/** In float16 but for a mean over space, as PyTorch writes `x.float().mean((2, 3)).half()`. */
const mixed = tinyModel({
  nodes: [
    node('Conv', ['x', 'weight'], ['y']),
    node('Relu', ['y'], ['z']),
    node('Cast', ['z'], ['wide'], CAST_TO(SINGLE)),
    node('ReduceMean', ['wide'], ['mean'], [{ name: 'axes', type: 7, ints: [2, 3] }]),
    node('Cast', ['mean'], ['out'], CAST_TO(HALF)),
  ],
  inputs: [{ name: 'x', dtype: 'float16', shape: [1, 3, 16, 16] }],
  outputs: [{ name: 'out', dtype: 'float16', shape: [1, CHANNELS, 1, 1] }],
  initializers: [{ name: 'weight', dims: [CHANNELS, 3, 3, 3], dataType: HALF, rawData: new Uint8Array(halves.buffer) }],
});

const converted = async (options: { readonly precision?: 'fp16' | 'fp32' } = {}) =>
  convert(
    { name: 'mixed.onnx', bytes: mixed },
    { ...options, outDir: null, to: ['onnx', 'coreml'], engine: 'native' },
  ).catch((error: unknown) => ({ report: reportOf(error) }));

test.each([{}, { precision: 'fp16' }, { precision: 'fp32' }] as const)(
  'what a network in float16 has in float32 itself may stay so: %o',
  async (options) => {
    const { report } = await converted(options);
    const [model] = report?.models ?? [];
    expect(model?.error).toBeNull();
    expect(model?.artefacts.map(({ target, check }) => [target, check?.verdict])).toEqual([
      ['onnx', 'equivalent'],
      ['coreml', 'equivalent'],
    ]);
  },
);
