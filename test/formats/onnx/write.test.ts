import { createHash } from 'node:crypto';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { encodeArtefact } from '../../../src/formats/onnx/external-weights.js';
import { onnx, readOnnx, writeOnnx } from '../../../src/formats/onnx/index.js';
import { Graph, type Model } from '../../../src/model/index.js';
import { network } from '../../network.js';

const hash = (chunks: readonly Uint8Array[]) => {
  const sha256 = createHash('sha256');
  for (const chunk of chunks) sha256.update(chunk);
  return sha256.digest('hex');
};
const joined = (chunks: readonly Uint8Array[] = []) => Uint8Array.from(Buffer.concat(chunks));

function twoLayers(): Model {
  return network((n) => {
    const w = n.random([32, 32]);
    return n.node('MatMul', [n.relu(n.node('MatMul', [n.input(['batch', 32]), w])), w]);
  });
}

describe('the file', () => {
  test('is the same for the same model, and holds a shared weight once', () => {
    const bytes = writeOnnx(twoLayers());
    expect(writeOnnx(twoLayers())).toEqual(bytes);
    expect(bytes.length).toBeLessThan(2 * 32 * 32 * 4);
  });

  test('names a size that only the source could name, and leaves others open', () => {
    const model = network((n) => n.node('NonZero', [n.input(['n', 2])]));
    const [output] = model.graph.outputs;
    if (output) model.declaredOutputs.set(output.name, { dtype: 'int64', shape: [2, 'found'] });
    expect(readOnnx(writeOnnx(model)).graph.outputs[0]?.shape).toEqual([2, 'found']);
    model.declaredOutputs.clear();
    expect(readOnnx(writeOnnx(model)).graph.outputs[0]?.shape?.[1]).toMatch(/^\?/);
  });

  test('keeps what the source says of itself', () => {
    const model = twoLayers();
    model.metadata.set('author', 'someone');
    expect(readOnnx(writeOnnx(model)).metadata.get('author')).toBe('someone');
  });

  test('tells values of one name apart', async () => {
    const model = network((n) => {
      const doubled = n.node('Add', [n.input([2]), n.constant([1, 2])]);
      const result = n.add(n.relu(doubled), n.sigmoid(doubled));
      // Passes may do that; the links are what counts.
      for (const node of n.model.graph.nodesOf('Relu', 'Sigmoid')) node.output().name = 'same';
      return result;
    });
    const written = readOnnx(writeOnnx(model));
    const [sum] = written.graph.nodesOf('Add').slice(-1);
    expect(sum?.inputs.map((value) => value?.producer?.operator)).toEqual(['Relu', 'Sigmoid']);
  });

  test('tells values of one name apart, in subgraphs too', async () => {
    const model = network((n) => {
      const x = n.input([2]);
      const inner = (operator: string) => {
        const graph = new Graph(n.model, n.model.graph);
        const node = graph.insert({ operator, inputs: [x], outputs: ['same'], origin: [] });
        graph.addOutput(node.output());
        return { kind: 'graph', value: graph } as const;
      };
      const condition = n.node('Greater', [n.node('ReduceSum', [x], { keepdims: 0 }), n.constant(0)]);
      const chosen = n.node('If', [condition], { then_branch: inner('Relu'), else_branch: inner('Neg') });
      const copy = n.relu(chosen);
      copy.name = 'same';
      return n.add(copy, copy);
    });
    const session = await InferenceSession.create(writeOnnx(model), { logSeverityLevel: 3 });
    const [answer] = Object.values(await session.run({ x: new OrtTensor('float32', Float32Array.of(3, -1), [2]) }));
    expect([...((answer?.data ?? []) as Float32Array)]).toEqual([6, 0]);
  });
});

describe('weights over the limit of one file', () => {
  const artefact = encodeArtefact(twoLayers(), 'net.fused.onnx', hash, 1000);
  const [dataName = ''] = [...artefact.files.keys()];

  test('go into a second file that is named by its content', () => {
    const data = artefact.files.get(dataName) ?? [];
    expect(dataName).toBe(`net.fused.onnx.${hash(data).slice(0, 16)}.data`);
    expect(artefact.commits).toBe('');
    expect(joined(artefact.files.get('')).length).toBeLessThan(1000);
  });

  test('ONNX Runtime runs the pair as it runs the single file', async () => {
    const x = new OrtTensor(
      'float32',
      Float32Array.from({ length: 64 }, (_, i) => Math.cos(i)),
      [2, 32],
    );
    const run = async (bytes: Uint8Array, options: InferenceSession.SessionOptions = {}) => {
      const session = await InferenceSession.create(bytes, { ...options, logSeverityLevel: 3 });
      return Object.values(await session.run({ x }))[0]?.data;
    };
    const externalData = [{ path: dataName, data: joined(artefact.files.get(dataName)) }];
    expect(await run(joined(artefact.files.get('')), { externalData })).toEqual(await run(writeOnnx(twoLayers())));
  });

  test('our own reader finds them again', () => {
    const data = joined(artefact.files.get(dataName));
    const again = readOnnx(joined(artefact.files.get('')), {
      externalData: (_, offset, length = 0) => data.subarray(offset, offset + length),
    });
    // An artefact says besides where its nodes come from.
    expect([...again.metadata.keys()]).toEqual(['mobileone.origins']);
    again.metadata.clear();
    expect(writeOnnx(again)).toEqual(writeOnnx(readOnnx(writeOnnx(twoLayers()))));
  });
});

test('the artefact says which version made it, the layout of images, and labels', () => {
  const model = network((n) => n.conv(n.input([1, 3, 8, 8])));
  const lowered = onnx.lower(model, { labels: ['a', '__proto__'] });
  const bytes = joined(onnx.write(lowered.program, 'net', hash).files.get(''));
  const { metadata } = readOnnx(bytes);
  expect(metadata.get('mobileone.version')).toMatch(/^\d+\.\d+\.\d+$/);
  expect(JSON.parse(metadata.get('mobileone.layout') ?? '')).toMatchObject({ x: 'nchw' });
  expect(metadata.get('mobileone.labels')).toBe('["a","__proto__"]');
});
