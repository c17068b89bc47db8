import { describe, expect, test } from 'vitest';
import { tfjs } from '../../../src/formats/tfjs/index.js';
import { openModel } from '../../corpus/open-model.js';
import { allCases } from '../../corpus.js';
import { network } from '../../network.js';
import { written } from '../open/opened.js';
import { load } from './judge.js';

function model(name: string) {
  const found = allCases().find((each) => each.name === name);
  if (!found) throw new Error(`no case ${name}`);
  return openModel(found.model);
}

describe("what is read is what the format's own library loads", () => {
  test.each([
    ['digits_te18', {}],
    ['digits_ts17_dynamic', { inputLayout: 'nchw' }],
    ['mobileone_s0_ts13', { precision: 'fp16' }],
    ['mobileone_s0_ts13', { precision: 'int8' }],
    ['deeplabv3_mobileone_s0_ts13', {}],
    ['ssdlite_mobileone_s0_nms_ts13', {}],
    ['mobileformer_26m_ts17', {}],
  ] as const)('%s %o', async (name, options) => {
    const artefact = written(tfjs, model(name), options);
    const { inputs, outputs, content } = tfjs.open(artefact);
    const loaded = await load(artefact);
    const open = (shape: readonly (number | undefined)[] | undefined) => shape?.map((size) => size ?? -1);
    expect(inputs.map(({ name: key, dtype, shape }) => ({ key, dtype, shape: open(shape) }))).toEqual(
      loaded.inputs.map(({ name: key, dtype, shape }) => ({ key, dtype, shape })),
    );
    expect(outputs.map((port) => port.name)).toEqual(loaded.outputs.map((port) => port.name));
    expect(content.weights.map((weight) => weight.name).sort()).toEqual(Object.keys(loaded.weights).sort());
    for (const weight of content.weights) {
      const [tensor] = loaded.weights[weight.name] ?? [];
      expect({ name: weight.name, dtype: weight.dtype, shape: weight.shape }).toEqual({
        name: weight.name,
        dtype: tensor?.dtype,
        shape: tensor?.shape,
      });
      const [read, expected] = [weight.elements(), tensor?.dataSync()];
      expect(
        read.every((element, i) => Object.is(element, Number(expected?.[i]))),
        weight.name,
      ).toBe(true);
    }
    loaded.dispose();
  });

  test('weights in 65,536 steps, whole numbers in steps and shards that are cut inside a number', async () => {
    const files = new Map([
      ['a.bin', [Uint8Array.of(0, 0, 255, 255, 1, 2, 9)]],
      ['b.bin', [Uint8Array.of(0, 0, 64), Uint8Array.of(64)]],
    ]);
    const json = {
      format: 'graph-model',
      signature: {
        inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: { dim: [{ size: '2' }] } } },
        outputs: { y: { name: 'y', dtype: 1, tensorShape: { unknownRank: true } } },
      },
      modelTopology: {
        versions: {},
        node: [
          { name: 'y', op: 'AddV2', input: ['x', 'steps'] },
          { name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' } } },
          ...['steps', 'whole', 'flag', 'plain'].map((name) => ({ name, op: 'Const' })),
        ],
      },
      weightsManifest: [
        {
          paths: ['a.bin', 'b.bin'],
          weights: [
            { name: 'steps', shape: [2], dtype: 'float32', quantization: { dtype: 'uint16', scale: 0.1, min: -3 } },
            { name: 'whole', shape: [2], dtype: 'int32', quantization: { dtype: 'uint8', scale: 2.6, min: -1 } },
            { name: 'flag', shape: [], dtype: 'bool' },
            { name: 'plain', shape: [1], dtype: 'float32' },
          ],
        },
      ],
    };
    const artefact = { files: files.set('model.json', [Buffer.from(JSON.stringify(json))]), commits: 'model.json' };
    const { content, outputs, precision } = tfjs.open(artefact);
    const loaded = await load(artefact);
    const read = Object.fromEntries(content.weights.map(({ name, elements }) => [name, Array.from(elements())]));
    const expected = Object.entries(loaded.weights).map(([name, [tensor]]) => [
      name,
      Array.from(tensor?.dataSync() ?? []),
    ]);
    expect(read).toEqual(Object.fromEntries(expected));
    expect(read).toMatchObject({ whole: [2, 4], flag: [9], plain: [3] });
    expect({ outputs, precision }).toMatchObject({ outputs: [{ name: 'y', shape: undefined }], precision: 'fp16' });
  });
});

test('files that model.json does not name are ignored, with a note', () => {
  const artefact = written(
    tfjs,
    network((n) => n.relu(n.input([1, 2]))),
  );
  const files = new Map(artefact.files).set('old.bin', [Uint8Array.of(1)]);
  expect(tfjs.open({ ...artefact, files }).notes).toEqual(['old.bin is not named in model.json and was ignored']);
});
