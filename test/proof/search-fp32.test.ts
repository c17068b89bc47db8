import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { Target } from '../../src/formats/format.js';
import { formats, loadOnnx, register } from '../../src/formats/index.js';
import { convert, type Progress, writeOnnx } from '../../src/index.js';
import type { Model, Value } from '../../src/model/index.js';
import { feedsFor } from '../formats/answers.js';
import { run } from '../formats/coreml/judge.js';
import { type Network, network } from '../network.js';

const folder = mkdtempSync(join(tmpdir(), 'search-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CHANNELS = 16;

/** Nearly all multiply-accumulates are here. */
const body = (n: Network): Value => n.relu(n.conv(n.input([1, 3, 24, 24]), { channels: CHANNELS, kernel: 3, pad: 1 }));

/** A product of one value a channel by `scale`, and back. */
function squeeze(n: Network, x: Value, scale: number): Value {
  const pooled = n.node('GlobalAveragePool', [n.node('Sigmoid', [x])]);
  const weight = (size: number) => n.constant(new Array(CHANNELS).fill(size), [CHANNELS, 1, 1, 1]);
  const large = n.node('Conv', [pooled, weight(scale)], { group: CHANNELS });
  return n.node('Mul', [x, n.node('Conv', [n.relu(large), weight(1 / scale)], { group: CHANNELS })]);
}

/** The sum of two outputs of each channel, and one of them alone, so far from 0 that float16 has no digits left for the other. */
function cancelled(n: Network): Value {
  const x = n.node('Sigmoid', [body(n)]);
  const pairs = Array.from({ length: 2 * CHANNELS * CHANNELS }, (_, i) => {
    const isFirst = i < CHANNELS * CHANNELS;
    return 1000 + (isFirst ? Math.sin(i) : 0);
  });
  const both = n.relu(n.node('Conv', [x, n.constant(pairs, [2 * CHANNELS, CHANNELS, 1, 1])]));
  const back = Array.from({ length: CHANNELS * 2 * CHANNELS }, (_, i) => {
    const [row, column] = [Math.floor(i / (2 * CHANNELS)), i % (2 * CHANNELS)];
    return column === row ? 1 : column === row + CHANNELS ? -1 : 0;
  });
  return n.node('Conv', [both, n.constant(back, [CHANNELS, 2 * CHANNELS, 1, 1])]);
}

async function converted(name: string, build: (n: Network) => Value, to: string, keepFp32?: string[]) {
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, writeOnnx(network(build)));
  const report = await convert(path, { to: [to], precision: 'fp16', outDir: folder, keepFp32 });
  return report.models[0]?.artefacts[0];
}

test.each(['onnx', 'coreml'])('%s: what overflows at one place stays in fp32, and the note says so', async (to) => {
  const artefact = await converted('overflow', (n) => squeeze(n, body(n), 1e6), to);
  expect(artefact?.check?.verdict).toBe('equivalent');
  expect(artefact?.notes.join()).toMatch(
    /\d nodes stay in fp32 \(\d\.?\d* % of the multiply-accumulates\), as Conv_\d reaches \d.*l2 - becomes \d\.\de-[34]/,
  );
});

test('what is dear and only comes close to the end of the range stays in fp16', async () => {
  const build = (n: Network) => {
    const x = n.node('Sigmoid', [body(n)]);
    const close = n.mul(x, n.mul(n.node('ReduceMax', [x], { keepdims: 1 }), n.constant(6e4)));
    const weights = Array.from({ length: CHANNELS * CHANNELS * 9 }, (_, i) => Math.sin(i) / 1e4);
    return squeeze(n, n.relu(n.node('Conv', [close, n.constant(weights, [CHANNELS, CHANNELS, 3, 3])])), 1e6);
  };
  const artefact = await converted('close', build, 'onnx');
  expect(artefact?.check?.verdict).toBe('equivalent');
  expect(artefact?.notes.join()).toMatch(/nodes stay in fp32 \(0\.\d+ % of the multiply-accumulates\), as .* reaches/);
});

test('--keep-fp32 none leaves it there, and the line names it', async () => {
  const error = await converted('none', (n) => squeeze(n, body(n), 1e6), 'onnx', ['none']).catch((thrown) => thrown);
  expect(error).toMatchObject({ exitCode: 5 });
  expect(error.message).toMatch(/reaches .* beyond fp16's 65504/);
});

test('a file that its engine refuses is refused, whatever rounding costs', async () => {
  const listed = formats.get('onnx');
  if (!listed) throw new Error('no format onnx');
  const target = await listed.load();
  let refused = 0;
  const runnable: Target['runnable'] = (opened, options) => {
    const isFile = opened.precision === 'fp16' && !options?.rounded;
    const right = target.runnable(opened, options);
    return isFile && refused++ === 0 ? { ...right, model: [new Uint8Array([1, 2, 3])] } : right;
  };
  register(listed, async () => ({ ...target, runnable }));
  try {
    const error = await converted('refused', (n) => squeeze(n, body(n), 1e6), 'onnx').catch((thrown) => thrown);
    expect(error).toMatchObject({ exitCode: 5 });
    expect(error.message).toMatch(/its engine refuses it/);
    expect(refused).toBe(1);
  } finally {
    register(listed, listed.load);
  }
});

const far = (n: Network) => {
  const x = body(n);
  const large = n.node('Add', [
    n.node('Mul', [n.node('ReduceMax', [x], { keepdims: 1 }), n.constant(64)]),
    n.constant(64),
  ]);
  return n.node('Sub', [n.relu(n.node('Add', [x, large])), large]);
};

test('digits that are lost in nodes without multiply-accumulates are kept, as proved on other trials', async () => {
  const artefact = await converted('digits', far, 'onnx');
  expect(artefact?.check?.verdict).toBe('equivalent');
  expect(artefact?.notes.join()).toMatch(/nodes stay in fp32 .* rounding would cost too much: l2 \d\.\de.* becomes/);
});

test('all targets share one search, and it says how far it is', async () => {
  const path = join(folder, 'shared.onnx');
  const model = network(far);
  writeFileSync(path, writeOnnx(model));
  const asked: number[] = [];
  const onProgress = ({ station, samples }: Progress) => {
    if (station === 'search' && samples) asked.push(samples.done);
  };
  const report = await convert(path, { to: ['onnx', 'coreml'], precision: 'fp16', outDir: folder, onProgress });
  for (const artefact of report.models[0]?.artefacts ?? []) expect(artefact.notes.join()).toMatch(/nodes stay in fp32/);
  expect(asked).toEqual(model.graph.sorted().map((_, index) => index + 1));
});

test('what was kept with them and is dear goes again where it is not needed', async () => {
  const far = (n: Network) => {
    const x = n.conv(n.input([1, 3, 24, 24]), { channels: CHANNELS, kernel: 3, pad: 1 });
    const small = n.conv(x, { channels: CHANNELS, stride: 6 });
    const large = n.mul(n.node('ReduceMax', [x], { keepdims: 1 }), n.constant(64));
    return n.node('Sub', [n.node('Add', [small, large]), large]);
  };
  const artefact = await converted('dear', far, 'onnx');
  expect(artefact?.check?.verdict).toBe('equivalent');
  expect(artefact?.notes.join()).toMatch(/nodes stay in fp32 \(0 % of the multiply-accumulates\), as rounding/);
});

test('where it is the lowering that does not answer like the source nothing is searched, and float32 not proposed', async () => {
  const listed = formats.get('onnx');
  if (!listed) throw new Error('no format onnx');
  const target = await listed.load();
  const lower: Target['lower'] = (model, options) => {
    const wrong = network((n) => n.mul(squeeze(n, body(n), 1e6), n.constant(2)));
    const [made, asked] = [wrong.graph.outputs[0], model.graph.outputs[0]];
    if (made && asked) made.name = asked.name;
    return target.lower(wrong, options);
  };
  register(listed, async () => ({ ...target, lower }));
  try {
    const error = await converted('lowering', (n) => squeeze(n, body(n), 1e6), 'onnx').catch((thrown) => thrown);
    expect(error.message).toMatch(/with float32 constants, does not answer like the source/);
    expect(error.message).toMatch(/beyond fp16's 65504.*: to keep them and what reads them in fp32 takes \d/);
    expect(error.message).not.toMatch(/stays there unasked|take --precision fp32/);
  } finally {
    register(listed, listed.load);
  }
});

test('an error of what takes most multiply-accumulates ends in 5, with what the search reached', async () => {
  const error = await converted('spread', cancelled, 'onnx').catch((thrown) => thrown);
  expect(error).toMatchObject({ exitCode: 5 });
  expect(error.message).toMatch(
    /spread over the network: on other draws l2 \S+ becomes \S+ with \d.* % of the multiply-accumulates/,
  );
});

test('values that overflow everywhere end in 5, with the first node and the share that it takes', async () => {
  const all = (n: Network) =>
    n.relu(n.conv(n.relu(n.mul(body(n), n.constant(6e4))), { channels: CHANNELS, kernel: 3 }));
  const error = await converted('everywhere', all, 'onnx').catch((thrown) => thrown);
  expect(error).toMatchObject({ exitCode: 5 });
  expect(error.message).toMatch(/Conv reaches .* takes \d+ % of the multiply-accumulates, and no more than 5 %/);
});

/** Real exports; the nodes and shares were found by ONNX Runtime with every result as an output. */
const exported = (name: string) => fileURLToPath(new URL(`../../fixtures/cases/${name}/model.onnx`, import.meta.url));

test.each(['onnx', 'coreml'])('%s: an EfficientViT that overflows in its attention keeps at most 2 %', async (to) => {
  const report = await convert(exported('efficientvit_overflow_ts17'), { to: [to], precision: 'fp16', outDir: folder });
  const artefact = report.models[0]?.artefacts[0];
  expect(artefact?.check?.verdict).toBe('equivalent');
  expect(artefact?.notes.join()).toMatch(
    /^8 nodes stay in fp32 \(0\.56 % .*, as \/stages\/stages\.2\/blocks\/blocks\.1\/context_module\/main\/MatMul_1 reaches 1\.\de\+5/,
  );
});

test.each(['onnx', 'coreml'])('%s: a LeViT of which every second value overflows ends in 5', async (to) => {
  const options = { to: [to], precision: 'fp16', outDir: folder } as const;
  const error = await convert(exported('levit_overflow_ts17'), options).catch((thrown) => thrown);
  expect(error).toMatchObject({ exitCode: 5 });
  expect(error.message).toMatch(/MatMul reaches .* takes 22 % of the multiply-accumulates, and no more than 5 %/);
  expect(error.where.node).toBe('/stages/stages.1/downsample/attn_downsample/MatMul');
});

test('a model whose nodes are rounded by an input answers as one that is rounded so', async () => {
  const { simulateFloat16, switchableFloat16 } = await loadOnnx();
  const build = (): Model => network((n) => squeeze(n, body(n), 3));
  const switchable = switchableFloat16(build());
  if (!switchable) throw new Error('it cannot be switched');
  const feeds = feedsFor(build());
  for (const kept of [[], switchable.nodes.slice(2, 3), switchable.nodes.slice(0, 3), switchable.nodes]) {
    const simulated = build();
    simulateFloat16(simulated, kept);
    const flags = switchable.nodes.map((label) => Number(!kept.includes(label)));
    const rounds = [switchable.input, { shape: [flags.length], data: Float64Array.from(flags) }] as const;
    const [switched] = (await run(switchable.model, new Map([...feeds, rounds]))).values();
    const [expected] = (await run(simulated, feeds)).values();
    expect(switched?.data).toEqual(expected?.data);
  }
});

test.each(['tfjs', 'litert'])('%s: where weights alone are rounded nothing is proposed to stay in fp32', async (to) => {
  const options = { to: [to], precision: 'fp16', outDir: folder } as const;
  const error = await convert(exported('fp16_underflow'), options).catch((thrown) => thrown);
  expect(error).toMatchObject({ exitCode: 5 });
  expect(error.message).toMatch(/l2 .* take --precision fp32, or judge it on your own data/);
  expect(error.message).not.toMatch(/keep-fp32|beyond fp16/);
});

test('where the graph is in fp16 it is proposed', async () => {
  const options = { to: ['onnx'], precision: 'fp16', outDir: folder, keepFp32: ['none'] } as const;
  const path = join(folder, 'proposed.onnx');
  writeFileSync(path, writeOnnx(network(far)));
  const error = await convert(path, options).catch((thrown) => thrown);
  expect(error).toMatchObject({ exitCode: 5 });
  expect(error.message).toMatch(/take --precision fp32, keep nodes in float32 with --keep-fp32, or judge it/);
});

test.each([
  ['what rounding costs', 'std_conv_ts17', { to: ['tfjs'], precision: 'int8', tolerance: 1e-9 }],
  ['what overflows', 'levit_overflow_ts17', { to: ['onnx'], precision: 'fp16' }],
] as const)('of %s inputs are asked for where none were given alone', async (_, name, options) => {
  const model = exported(name);
  const inputs = model.replace('model.onnx', 'input.npy');
  const [seeded, given] = await Promise.all(
    [{}, { inputs }].map((more) => convert(model, { ...options, ...more, outDir: folder }).catch((thrown) => thrown)),
  );
  expect([seeded.exitCode, given.exitCode]).toEqual([5, 5]);
  expect(seeded.todo).toContain('with --inputs');
  expect(given.todo).toMatch(/^take --precision fp(?!.*--inputs)/);
});
