import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { faults } from '../../../bench/prove/faults.js';
import { sha256 } from '../../../src/files/index.js';
import { onnx, readOnnx, writeOnnx } from '../../../src/formats/onnx/index.js';
import { asOneChunk, type Model, type Node, type Value } from '../../../src/model/index.js';
import { optimize } from '../../../src/passes/pipeline.js';
import { proveNetwork } from '../../../src/proof/impulses/prove-network.js';
import type { ProofReport } from '../../../src/proof/impulses/report.js';
import { type Network, network } from '../../network.js';

const fixtures = (path: string) => fileURLToPath(new URL(`../../../fixtures/${path}`, import.meta.url));
const bytesOf = (path: string) => new Uint8Array(readFileSync(fixtures(`${path}/model.onnx`)));

/** What is written for a source, its nodes changed before they are merged. */
function writtenFor(source: Uint8Array, change: (model: Model) => void = () => {}): Uint8Array {
  const model = readOnnx(source);
  change(model);
  optimize(model);
  const { files } = onnx.write(onnx.lower(model, {}).program, 'model', sha256);
  return asOneChunk(files.get('') ?? []);
}

/** @param plant changes the written graph before it is judged */
function prove(
  source: Uint8Array,
  written = writtenFor(source),
  plant: (written: Model) => void = () => {},
): ProofReport {
  const model = readOnnx(new Uint8Array(written));
  plant(model);
  return proveNetwork(readOnnx(source), model);
}

const fileOf = (build: (n: Network) => Value) => writeOnnx(network(build));

describe('a network is proved as a whole', () => {
  const digits = readdirSync(fixtures('digits')).filter(
    (name) => name.startsWith('digits_t') && !name.includes('external'),
  );

  test.each(digits)('%s', (name) => {
    const { network: isProved, notProved, leftOver, blocks } = prove(bytesOf(`digits/${name}`));
    expect({ isProved, notProved, leftOver, blocks: blocks.length }).toEqual({
      isProved: true,
      notProved: 0,
      leftOver: [],
      blocks: 13,
    });
  });

  // Borders that are written over, a sum that stays, constants that are made in the graph, reflected borders.
  test.each([
    ['rrrb_te18', 1],
    ['rsbb_adb_ts17', 1],
    ['bnpad_ts17', 1],
    ['four_ts17', 1],
    ['std_conv_ts17', 1],
    ['einsum_weight_64_te18', 1],
    ['linear_view_bn_te18', 1],
    ['deconvolutions_added', 1],
    ['reflect_border_pair', 1],
    ['topk_head_ts17', 5],
  ])('%s', (name, count) => {
    const { network: isProved, proved } = prove(bytesOf(`cases/${name}`));
    expect({ isProved, proved }).toEqual({ isProved: true, proved: count });
  });
});

describe('a Diverse Branch Block whose borders are written over', () => {
  const source = bytesOf('cases/dbb_dynamic_batch_te18');
  const fixed = writtenFor(source, ({ graph }) => {
    for (const value of graph.inputs) value.shape = [1, 3, 9, 11];
  });

  test('is proved for the size that the file has, every coefficient rounded once', () => {
    const { network: isProved, blocks } = prove(source, fixed);
    expect(isProved).toBe(true);
    expect(blocks).toMatchObject([{ verdict: 'proved', smallestSize: null }]);
    expect(blocks[0]?.largest).toBeLessThanOrEqual(2 ** -24);
  });

  test.each(Object.entries(faults))('%s is found', (_, fault) => {
    const { blocks } = prove(source, fixed, ({ graph }) => {
      const block = graph.nodesOf('Conv').at(-1);
      expect(block && fault(block)).toBe(true);
    });
    expect(blocks.map(({ verdict }) => verdict)).toEqual(['different']);
  });
});

describe('lines that are written over are tried where they are, between them a few places stand for all', () => {
  const [CHANNELS, SIZE] = [2, 30];
  /** A 3x3 of an image, one row of which is overwritten by zeros. */
  const overwritten = (row: number) =>
    fileOf((n) => {
      const x = n.input([1, CHANNELS, SIZE, SIZE]);
      const places = Array.from({ length: CHANNELS * SIZE }, (_, i) => [0, Math.floor(i / SIZE), row, i % SIZE]);
      const indices = n.constant(places.flat(), [places.length, 4], 'int64');
      const zeros = n.constant(new Array<number>(places.length).fill(0));
      return n.conv(n.node('ScatterND', [x, indices, zeros]), { kernel: 3 });
    });

  test('the same row', () => {
    expect(prove(overwritten(14), overwritten(14)).network).toBe(true);
  });

  test.each([13, 15])('row %d in place of 14', (row) => {
    const { network: isProved, blocks } = prove(overwritten(14), overwritten(row));
    expect(isProved).toBe(false);
    expect(blocks[0]?.reason).toMatch(/takes of x at .* in the source/);
  });
});

describe('a fault in every block is found in every block', () => {
  const source = bytesOf('digits/digits_ts13_bn');
  const written = writtenFor(source);
  const clean = prove(source, written);
  const blocks = new Set(clean.blocks.map(({ node }) => node));
  /** How many blocks of this network have a border: all others are of 1x1. */
  const WITH_BORDER = 7;

  test.each(Object.entries(faults))('%s', (kind, fault) => {
    const planted: string[] = [];
    const report = prove(source, written, (model) => {
      for (const node of model.graph.sorted()) if (blocks.has(node.label) && fault(node)) planted.push(node.label);
    });
    expect(planted.length).toBe(/border|pad/.test(kind) ? WITH_BORDER : blocks.size);
    expect(report.blocks.filter(({ verdict }) => verdict === 'different').map(({ node }) => node)).toEqual(planted);
    expect(report.network).toBe(false);
  });

  test('an epsilon that was lost', () => {
    const without = writtenFor(source, ({ graph }) => {
      for (const node of graph.nodesOf('BatchNormalization'))
        node.attributes.set('epsilon', { kind: 'float', value: 0 });
    });
    const { blocks } = prove(source, without);
    expect(blocks.map(({ verdict }) => verdict)).toEqual(new Array(13).fill('different'));
  });
});

describe('products that stay a sum are each held to their own magnitude', () => {
  /** Two heads of one value, the second of which is 1000 times larger, so that a sum would hide what is off in the first. */
  const heads = (isShifted: boolean) =>
    fileOf((n) => {
      const x = n.input([1, 8]);
      const [small, large] = [n.linear(n.batchNorm(x), 5), n.mul(n.linear(n.batchNorm(x), 5), n.constant(1000))];
      const mean = n.div(n.add(small, large), n.constant(2));
      return isShifted ? n.add(mean, n.random([5])) : mean;
    });

  test.each([
    ['halved behind', false],
    ['halved and shifted behind', true],
  ])('%s: equal where nothing is planted', (_, isShifted) => {
    const { network: isProved, blocks } = prove(heads(isShifted));
    expect(isProved).toBe(true);
    expect(blocks[0]?.largest).toBeLessThanOrEqual(2 ** -23);
  });

  test.each(['the smallest weight of a channel times 1 + 1e-5', 'a bias + 1e-6'])('%s', (kind) => {
    const source = heads(false);
    const report = prove(source, writtenFor(source), ({ graph }) => {
      const [small] = graph.nodesOf('Gemm');
      expect(small && faults[kind]?.(small)).toBe(true);
    });
    expect(report.blocks.map(({ verdict }) => verdict)).toEqual(['different']);
  });
});

describe('what is not in a block is compared with its source', () => {
  const source = fileOf((n) => {
    const x = n.relu(n.conv(n.input([1, 4, 8, 8]), { kernel: 3, pad: 1 }));
    return n.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  });

  test.each<[string, (node: Node) => void, string]>([
    [
      'another stride of a pooling',
      (node) => node.is('MaxPool') && node.attributes.set('strides', { kind: 'ints', value: [1, 2] }),
      'MaxPool_2',
    ],
    [
      'a node that reads another value',
      (node) => node.is('MaxPool') && node.graph.setInput(node, 0, node.graph.inputs[0]),
      'MaxPool_2',
    ],
  ])('%s', (_, plant, label) => {
    const report = prove(source, writtenFor(source), ({ graph }) => {
      for (const node of graph.sorted()) plant(node);
    });
    expect(report).toMatchObject({ network: false, leftOver: [label] });
  });
});

describe('sizes', () => {
  const blockOf = (n: Network, size: number | string, stride: number) => {
    const x = n.input([1, 3, size, size]);
    const wide = n.batchNorm(n.conv(x, { kernel: 3, pad: 1, stride, channels: 4 }));
    return n.relu(n.add(wide, n.batchNorm(n.conv(x, { stride, channels: 4 }))));
  };
  /** One row less of padding at the end of an axis. */
  const cutEnd = ({ graph }: Model) => {
    for (const node of graph.nodesOf('Conv')) node.attributes.set('pads', { kind: 'ints', value: [1, 1, 0, 1] });
  };

  test('a kernel of 3 is proved from a size of 3 on, under a stride of 2 from 5 on', () => {
    const smallest = [1, 2].map((stride) => prove(fileOf((n) => blockOf(n, 'size', stride))).blocks[0]?.smallestSize);
    expect(smallest).toEqual([
      [3, 3],
      [5, 5],
    ]);
  });

  test('a padding that odd sizes alone reach is tried where sizes are open or odd, and does not matter where they are even', () => {
    const verdicts = ['size', 9, 8].map((size) => {
      const source = fileOf((n) => blockOf(n, size, 2));
      return prove(source, writtenFor(source), cutEnd).network;
    });
    expect(verdicts).toEqual([false, false, true]);
  });

  test('paddings that are turned around as a matrix, as PyTorch exports them, are computed', () => {
    const source = fileOf((n) => {
      const x = n.conv(n.input([1, 3, 9, 9]), { channels: 4 });
      // From the last axis to the first, in pairs.
      const pairs = n.reshape(n.concat([n.integers([1, 1, 1, 1]), n.integers([0, 0, 0, 0])], 0), [-1, 2]);
      const reversed = n.node('Slice', [pairs, ...[[-1], [-100], [0], [-1]].map((list) => n.integers(list))]);
      const pads = n.node('Cast', [n.reshape(n.transpose(reversed, [1, 0]), [-1])], { to: 7 });
      return n.batchNorm(n.node('Conv', [n.node('Pad', [x, pads]), n.random([5, 4, 3, 3])]));
    });
    const { network: isProved, blocks } = prove(source);
    expect({ isProved, smallestSize: blocks[0]?.smallestSize }).toEqual({ isProved: true, smallestSize: [3, 3] });
  });

  test('an image that is smaller than what shows every border is tried at its own size', () => {
    const { network: isProved, blocks } = prove(fileOf((n) => blockOf(n, 2, 1)));
    expect({ isProved, smallestSize: blocks[0]?.smallestSize }).toEqual({ isProved: true, smallestSize: null });
  });
});

test('a block whose result is no value of the source is named as not proved', () => {
  const source = fileOf((n) => n.relu(n.batchNorm(n.conv(n.input([1, 3, 6, 6]), { kernel: 3 }))));
  const report = prove(source, writtenFor(source), ({ graph }) => {
    for (const node of graph.nodesOf('Conv')) node.output().name = 'unheard of';
  });
  expect(report).toMatchObject({ network: false, proved: 0, notProved: 1, leftOver: ['Relu_2'] });
  expect(report.blocks[0]?.reason).toMatch(/none of the source/);
});

test('a file of another tool that rounds otherwise is not proved, and not called different', () => {
  const source = fileOf((n) => n.batchNorm(n.conv(n.input([1, 3, 6, 6]), { kernel: 3 })));
  const report = prove(source, writtenFor(source), ({ graph, metadata }) => {
    metadata.clear();
    for (const node of graph.nodesOf('Conv')) faults['a weight off by 3 ulp']?.(node);
  });
  expect(report.blocks[0]).toMatchObject({
    verdict: 'not proved',
    reason: expect.stringMatching(/takes of x at .* in the source .*another tool/),
  });
});

test('the bound holds for every input in [-1, 1]: it is the sum of the differences of a row', () => {
  const source = fileOf((n) => n.batchNorm(n.conv(n.input([1, 2, 4, 4]), { bias: true })));
  const step = 2 ** -10;
  const { blocks } = prove(source, writtenFor(source), ({ graph }) => {
    const weight = graph.nodesOf('Conv')[0]?.constant(1);
    const view = weight && new DataView(weight.bytes.buffer, weight.bytes.byteOffset);
    // Both weights of the first channel.
    for (const at of [0, 4]) view?.setFloat32(at, view.getFloat32(at, true) + step, true);
  });
  expect(blocks[0]?.bound).toBeCloseTo(2 * step, 6);
});
