import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { onnx, readOnnx, simulateFloat16, writeOnnx } from '../../../src/formats/onnx/index.js';
import { Graph, type Model, Tensor, UsageError } from '../../../src/model/index.js';
import { network } from '../../network.js';
import { refusalOf } from './expect-refusal.js';

async function run(model: Model, x: readonly number[], dims: readonly number[] = [x.length]): Promise<number[]> {
  const session = await InferenceSession.create(writeOnnx(model), { logSeverityLevel: 3 });
  const feeds = Object.fromEntries(
    model.graph.inputs.map(({ name, dtype }) => [
      name,
      dtype === 'float16'
        ? new OrtTensor(
            'float16',
            Uint16Array.from(Tensor.from('float16', [x.length], x).bytes.length ? halves(x) : []),
            dims,
          )
        : new OrtTensor('float32', Float32Array.from(x), dims),
    ]),
  );
  const [output] = Object.values(await session.run(feeds));
  await session.release();
  const data = output?.data ?? [];
  return data instanceof Uint16Array
    ? [...new Tensor('float16', [data.length], new Uint8Array(data.slice().buffer)).toFloat64()]
    : Array.from(data as ArrayLike<number>, Number);
}

function halves(values: readonly number[]): Uint16Array {
  return new Uint16Array(Tensor.from('float16', [values.length], values).bytes.slice().buffer);
}

const types = (graph: Graph) =>
  graph.sorted().map((node) => `${node.operator} ${node.outputs.map((value) => value?.dtype).join()}`);
const lower = (model: Model, precision: 'fp16' | 'fp32', keepFp32: string[] = []) =>
  onnx.lower(model, { precision, keepFp32 });

describe('fp16 of an fp32 network', () => {
  test('everything is float16 between a Cast at each end; names and types outside stay', async () => {
    const model = network((n) => n.relu(n.add(n.input([4]), n.constant([1, 2, 3, 4]))));
    const { name } = model.graph.outputs[0] ?? { name: '' };
    const { notes } = lower(model, 'fp16');
    expect(types(model.graph)).toEqual(['Cast float16', 'Add float16', 'Relu float16', 'Cast float32']);
    expect(model.graph.inputs).toMatchObject([{ name: 'x', dtype: 'float32' }]);
    expect(model.graph.outputs).toMatchObject([{ name, dtype: 'float32' }]);
    expect(notes).toEqual([]);
    model.graph.check();
    expect(await run(model, [-9, 0.5, 1, 2])).toEqual([0, 2.5, 4, 6]);
  });

  test('operators whose ONNX type list has no float16 stay in float32 between two Casts', async () => {
    const model = network((n) => n.relu(n.node('Celu', [n.relu(n.input([2]))])));
    lower(model, 'fp16');
    expect(types(model.graph)).toEqual([
      'Cast float16',
      'Relu float16',
      'Cast float32',
      'Celu float32',
      'Cast float16',
      'Relu float16',
      'Cast float32',
    ]);
    expect(await run(model, [1, -1])).toEqual([1, 0]);
  });

  test('the scales of a Resize stay float32 while its data become float16', async () => {
    const model = network((n) =>
      n.node('Resize', [n.input([1, 1, 1, 2]), undefined, n.constant([1, 1, 1, 2])], { mode: 'nearest' }),
    );
    lower(model, 'fp16');
    const [resize] = model.graph.nodesOf('Resize');
    expect([resize?.dtypeOf(0), resize?.dtypeOf(2)]).toEqual(['float16', 'float32']);
    expect(await run(model, [1, 2], [1, 1, 1, 2])).toHaveLength(4);
  });

  test('a constant beyond 65504 is named and never becomes infinite', async () => {
    const model = network((n) => n.node('Mul', [n.node('Mul', [n.input([1]), n.constant([1e5])]), n.constant([1e-3])]));
    const { notes } = lower(model, 'fp16');
    expect(notes.join()).toContain('65504');
    expect((await run(model, [1]))[0]).toBeCloseTo(100, 0);
  });

  test('65519 rounds into range, 65520 does not; an infinity that is there already stays', () => {
    const noted = (value: number) =>
      lower(
        network((n) => n.add(n.input([1]), n.constant([value]))),
        'fp16',
      ).notes.length;
    expect([noted(65504), noted(65519), noted(65520), noted(Number.NEGATIVE_INFINITY)]).toEqual([0, 0, 1, 0]);
  });

  test('--keep-fp32 takes names and globs, of the source too, and refuses one that matches nothing', () => {
    const build = () => network((n) => n.relu(n.sigmoid(n.input([2]))));
    const model = build();
    lower(model, 'fp16', ['Sig*']);
    expect(types(model.graph).filter((each) => /Sigmoid|Relu/.test(each))).toEqual(['Sigmoid float32', 'Relu float16']);
    expect(refusalOf(() => lower(build(), 'fp16', ['Tanh*']))).toBeInstanceOf(UsageError);
    expect(refusalOf(() => lower(build(), 'fp16', ['Sigmiod*']))).toMatchObject({
      message:
        '--keep-fp32 Sigmiod*: no node has this name; did you mean Sigmoid_0? mobileone inspect --nodes lists the names',
    });
    const hostile = network((n) => n.relu(n.input([2])));
    for (const node of hostile.graph.sorted()) node.name = 'a'.repeat(4000);
    expect(refusalOf(() => lower(hostile, 'fp16', ['*a*a*a*a*a*a*b']))).toBeInstanceOf(UsageError);
  });

  test('a cast to float32 and a fill become float16 too', async () => {
    const model = network((n) => {
      const x = n.input([2]);
      const filled = n.node('ConstantOfShape', [n.node('Shape', [x])]);
      return n.add(n.node('Cast', [n.node('Cast', [x], { to: 7 })], { to: 1 }), filled);
    });
    lower(model, 'fp16');
    expect(model.graph.nodesOf('Add')[0]?.output().dtype).toBe('float16');
    expect(await run(model, [3, 4])).toEqual([3, 4]);
  });

  test('branches of an If follow the graph around them', async () => {
    const model = network((n) => {
      const x = n.input([2]);
      const { graph } = n.model;
      const branch = (operator: string) => {
        const inner = new Graph(n.model, graph);
        const node = inner.insert({ operator, inputs: [x], origin: [] });
        inner.addOutput(node.output());
        return { kind: 'graph', value: inner } as const;
      };
      const big = n.node('Greater', [n.node('ReduceSum', [x], { keepdims: 0 }), n.constant(0)]);
      return n.node('If', [big], { then_branch: branch('Relu'), else_branch: branch('Neg') });
    });
    lower(model, 'fp16');
    expect(model.graph.nodesOf('If')[0]?.output().dtype).toBe('float16');
    expect(await run(model, [2, -1])).toEqual([2, 0]);
    expect(await run(model, [-2, 1])).toEqual([2, -1]);
  });

  test('one output that stands twice, and an output that others read, keep their names', async () => {
    const model = network((n) => {
      const a = n.relu(n.input([2]));
      return [a, a, n.sigmoid(a)];
    });
    const names = model.graph.outputs.map((value) => value.name);
    lower(model, 'fp16');
    expect(readOnnx(writeOnnx(model)).graph.outputs.map((value) => value.name)).toEqual(names);
  });

  test('weights that are shared stay shared', () => {
    const model = network((n) => {
      const w = n.random([64, 64]);
      return n.node('MatMul', [n.node('MatMul', [n.input([1, 64]), w]), w]);
    });
    lower(model, 'fp16');
    expect(writeOnnx(model).length).toBeLessThan(2 * 64 * 64 + 2000);
  });

  test('int8 is not written', () => {
    const model = network((n) => n.relu(n.input([2])));
    expect(refusalOf(() => onnx.lower(model, { precision: 'int8' }))).toBeInstanceOf(UsageError);
  });
});

describe('fp32 of an fp16 network', () => {
  test('constants and inner values become float32; inputs and outputs stay float16', async () => {
    const model = network((n) => n.relu(n.add(n.input([2], 'float16'), n.constant([1, 2], undefined, 'float16'))));
    lower(model, 'fp32');
    expect(types(model.graph)).toEqual(['Cast float32', 'Add float32', 'Relu float32', 'Cast float16']);
    expect(await run(model, [-3, 0.5])).toEqual([0, 2.5]);
  });

  test('of a network that is fp32 already nothing changes', () => {
    const model = network((n) => n.relu(n.input([2])));
    const before = writeOnnx(model);
    lower(model, 'fp32');
    model.metadata.clear();
    expect(writeOnnx(model)).toEqual(before);
  });
});

describe('what fp16 arithmetic does, in float32', () => {
  const rescaled = (value: number) =>
    network((n) => {
      const scaled = n.node('Mul', [n.node('Mul', [n.input([1]), n.constant([value])]), n.constant([value])]);
      return n.node('Mul', [scaled, n.constant([1e-3])]);
    });

  test('a value that leaves the range of float16 is infinite, as on a device', async () => {
    const model = rescaled(1000);
    simulateFloat16(model);
    expect(await run(model, [1])).toEqual([Number.POSITIVE_INFINITY]);
  });

  test('a kept node is not rounded', async () => {
    const model = rescaled(1000);
    simulateFloat16(model, ['Mul*']);
    expect((await run(model, [1]))[0]).toBeCloseTo(1000, 2);
  });

  test('inputs, constants and results are rounded to float16', async () => {
    const model = network((n) => n.add(n.input([1]), n.constant([1 / 3])));
    simulateFloat16(model);
    // binary16 of 1/3 is 0x3555 = 0.333251953125; of 0.1 it is 0x2e66 = 0.0999755859375; their sum rounds to 0x36ed.
    expect(await run(model, [0.1])).toEqual([0.43310546875]);
  });
});
