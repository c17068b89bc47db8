import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { convert, reportOf, verify, writeOnnx } from '../../src/index.js';
import { attribute, type Model, type Node, Tensor } from '../../src/model/index.js';
import { network } from '../network.js';

const folder = mkdtempSync(join(tmpdir(), 'selections-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Scores of 400 places, of which many are nearly equal; the best are chosen, and their features go on. */
function chooser(): Model {
  return network((n) => {
    const x = n.input([1, 3, 20, 20]);
    const features = n.node('Reshape', [n.relu(n.conv(x, { channels: 8, kernel: 3, pad: 1 })), n.integers([8, 400])]);
    const scores = n.node('ReduceMean', [n.node('Tanh', [features])], { axes: [0], keepdims: 0 });
    const [, indices] = n.nodes('TopK', [scores, n.integers([100])], { axis: 0 }, 2);
    if (!indices) throw new Error('TopK gives two results');
    const chosen = n.node('Gather', [features, indices], { axis: 1 });
    return [indices, n.node('Mul', [chosen, n.random([8, 1], 0.5, 1.5)])];
  });
}

function nodeOf(model: Model, operator: string): Node {
  const [node] = model.graph.nodesOf(operator);
  if (!node) throw new Error(`there is no ${operator}`);
  return node;
}

/** The chosen ones from the last to the first. */
function turnAround({ graph, outputs }: Node): void {
  const [, indices] = outputs;
  if (!indices) throw new Error('it gives no indices');
  const { name, dtype, shape } = indices;
  const back = graph.addConstant(Tensor.ofShape(Array.from({ length: 100 }, (__, index) => 99 - index)));
  const turned = graph.insert({ operator: 'Gather', inputs: [indices, back], origin: [] });
  Object.assign(turned.output(), { dtype, shape });
  for (const { node, index } of indices.uses) if (node !== turned) graph.setInput(node, index, turned.output());
  graph.setOutputs(graph.outputs.map((output) => (output === indices ? turned.output() : output)));
  indices.name = 'as_sorted';
  turned.output().name = name;
}

function written(name: string, model: Model): string {
  const file = join(folder, `${name}.onnx`);
  writeFileSync(file, writeOnnx(model));
  return file;
}

const source = written('source', chooser());

async function judged(path: string) {
  try {
    return (await verify(source, path)).models[0]?.candidates[0];
  } catch (error) {
    return reportOf(error)?.models[0]?.candidates[0];
  }
}

test.each([
  ['onnx', '.fused.onnx'],
  ['coreml', '.mlpackage'],
])('near ties that rounding to fp16 moves in %s are no difference: what lies behind agrees', async (target, suffix) => {
  await convert(source, { to: [target], precision: 'fp16', outDir: folder, check: false });
  const candidate = await judged(join(folder, `source${suffix}`));
  expect(candidate).toMatchObject({ exitCode: 0 });
  const reasons = candidate?.check?.judgements[0]?.outputs.map(({ reason }) => reason).join();
  expect(reasons).toMatch(/rows moved by near ties; where both select among its own values all agrees/);
});

test('a fault behind the selection is a difference, however rows have moved', async () => {
  const faulty = chooser();
  const [product] = faulty.graph.nodesOf('Mul');
  const factors = product?.inputs[1]?.constant;
  if (!product || !factors) throw new Error('no factors');
  const wrong = Tensor.from(
    'float32',
    factors.shape,
    factors.toFloat64().map((value) => 2 * value),
  );
  product.graph.setInput(product, 1, product.graph.addConstant(wrong));
  const file = written('faulty', faulty);
  await convert(file, { to: ['coreml'], precision: 'fp16', outDir: folder, check: false });
  for (const path of [file, join(folder, 'faulty.mlpackage')]) {
    const candidate = await judged(path);
    expect(candidate?.exitCode).toBe(5);
  }
  expect((await judged(join(folder, 'faulty.mlpackage')))?.error?.what).toMatch(
    /where both select among its own values/,
  );
});

test.each<[string, (model: Model) => void]>([
  ['the smallest', (model) => nodeOf(model, 'TopK').attributes.set('largest', attribute(0))],
  ['no order', (model) => turnAround(nodeOf(model, 'TopK'))],
])('a choice of %s is a difference, though all that it chooses among agrees', async (_, plant) => {
  const faulty = chooser();
  plant(faulty);
  const candidate = await judged(written('other-choice', faulty));
  expect(candidate).toMatchObject({ exitCode: 5 });
  expect(candidate?.error?.what).toMatch(/TopK .*: (the element at \d+ is not taken|its element \d+ goes before)/);
});

/** Which of twelve sums are over a bound, or where those are, beside the sums. */
function over(bound: number, isPlaces: boolean): Model {
  return network((n) => {
    const sums = n.node('MatMul', [n.input([1, 16]), n.random([16, 12])]);
    const isOver = n.node('Greater', [sums, n.constant(bound)]);
    return [sums, isPlaces ? n.node('NonZero', [isOver]) : isOver];
  });
}

test.each([false, true])(
  'what a comparison gives is an output: the same passes, another bound does not (places: %s)',
  async (isPlaces) => {
    const reference = written(`over-${isPlaces}`, over(0, isPlaces));
    const exitCodeOf = async (candidate: string) => {
      const report = await verify(reference, [candidate]).catch((error: unknown) => reportOf(error));
      return report?.models[0]?.candidates[0]?.exitCode;
    };
    expect(await exitCodeOf(written(`same-${isPlaces}`, over(0, isPlaces)))).toBe(0);
    expect(await exitCodeOf(written(`other-${isPlaces}`, over(0.6, isPlaces)))).toBe(5);
  },
);

test('what selects otherwise and cannot be given the selection is not judged, and no pass', async () => {
  const renamed = chooser();
  for (const node of renamed.graph.sorted()) {
    for (const value of node.outputs) if (value && !value.isOutput) value.name = `other_${value.name}`;
  }
  const file = written('renamed', renamed);
  await convert(file, { to: ['onnx'], precision: 'fp16', outDir: folder, check: false });
  const candidate = await judged(join(folder, 'renamed.fused.onnx'));
  expect(candidate).toMatchObject({ exitCode: 8, check: { verdict: 'not compared' } });
  expect(candidate?.error?.what).toMatch(/what lies behind the selection could not be judged/);
});
