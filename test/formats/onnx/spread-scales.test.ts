import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readOnnx, writeOnnx } from '../../../src/formats/onnx/index.js';
import { spreadScales } from '../../../src/formats/onnx/spread-scales.js';
import { convert } from '../../../src/index.js';
import type { Model, Value } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'attention-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const [HEADS, EACH, CHANNELS] = [2, 8, 16];

/** An attention over places of a map, as PyTorch's TorchScript exporter writes that of FastViT. */
function attention(scaled: (n: Network, query: Value) => Value): Model {
  return network((n) => {
    const map = n.relu(n.conv(n.input([1, 3, 4, 4]), { channels: CHANNELS, bias: true }));
    const flat = n.node('Reshape', [map, n.integers([1, CHANNELS, 16])]);
    const places = n.node('Transpose', [flat], { perm: [0, 2, 1] });
    const all = n.node('MatMul', [places, n.random([CHANNELS, 3 * CHANNELS], -0.5, 0.5)]);
    const apart = n.node('Reshape', [all, n.integers([1, 16, 3, HEADS, EACH])]);
    const turned = n.node('Transpose', [apart], { perm: [2, 0, 3, 1, 4] });
    const parts = n.nodes('Split', [turned, n.integers([1, 1, 1])], { axis: 0 }, 3);
    const [query, key, value] = parts.map((part) => n.node('Squeeze', [part, n.integers([0])]));
    if (!query || !key || !value) throw new Error('three parts were asked for');
    const scores = n.node('MatMul', [scaled(n, query), n.node('Transpose', [key], { perm: [0, 1, 3, 2] })]);
    const mixed = n.node('MatMul', [n.node('Softmax', [scores], { axis: -1 }), value]);
    const joined = n.node('Reshape', [
      n.node('Transpose', [mixed], { perm: [0, 2, 1, 3] }),
      n.integers([1, 16, CHANNELS]),
    ]);
    return n.add(n.node('MatMul', [joined, n.random([CHANNELS, CHANNELS])]), n.random([CHANNELS]));
  });
}

const FORMS: [string, (n: Network, query: Value) => Value][] = [
  ['a scalar', (n, query) => n.node('Mul', [query, n.constant(0.35)])],
  ['one element, first', (n, query) => n.node('Mul', [n.constant([0.35]), query])],
];

describe('an attention in fp16 loads in ONNX Runtime with its optimisations, and answers alike', () => {
  test.each(FORMS)('scaled by %s', async (name, scaled) => {
    const file = path.join(folder, `${name.replaceAll(' ', '-')}.onnx`);
    writeFileSync(file, writeOnnx(attention(scaled)));
    const report = await convert(file, { precision: 'fp16', keepFp32: ['none'], outDir: folder });
    expect(report.models[0]?.artefacts[0]?.check?.verdict).toBe('equivalent');
    const written = readOnnx(new Uint8Array(readFileSync(file.replace('.onnx', '.fused.onnx'))));
    const [scale] = written.graph.nodesOf('Mul').flatMap((node) => node.inputs.flatMap((each) => each?.constant ?? []));
    expect(scale).toMatchObject({ dtype: 'float16', shape: [1, 1] });
  });
});

test.each<[string, (n: Network, x: Value) => Value]>([
  ['in float32', (n, x) => n.node('Mul', [n.node('Squeeze', [x, n.integers([0])]), n.constant(2)])],
  [
    'of a value that has fewer axes than two',
    (n, x) => n.node('Mul', [n.node('Squeeze', [x, n.integers([0, 1, 2])]), n.constant(2, [], 'float16')]),
  ],
  [
    'that is one for each place',
    (n, x) => n.node('Mul', [n.node('Squeeze', [x, n.integers([0])]), n.constant([2, 3], [2], 'float16')]),
  ],
  ['of what is not squeezed', (n, x) => n.node('Mul', [n.node('Relu', [x]), n.constant(2, [], 'float16')])],
])('a scale %s stays as it is', (name, made) => {
  const dtype = name === 'in float32' ? 'float32' : 'float16';
  const model = network((n) => made(n, n.input([1, 1, 1, 2], dtype)));
  const shapes = () => model.graph.nodesOf('Mul').map(({ inputs }) => inputs[1]?.shape);
  const before = shapes();
  spreadScales(model.graph);
  expect(shapes()).toEqual(before);
});
