import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { coremlCodec, type Message, type MessageParts } from '../../src/formats/coreml/program/schema.js';
import { convert, reportOf, verify, writeOnnx } from '../../src/index.js';
import { attribute, type Graph, type Node, Tensor, type Value } from '../../src/model/index.js';
import { optimize } from '../../src/passes/pipeline.js';
import type { GivenArrays } from '../../src/trials/index.js';
import { openModel } from '../corpus/open-model.js';

const MODEL = 'Data/com.apple.CoreML/model.mlmodel';
const folder = mkdtempSync(join(tmpdir(), 'planted-detections-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FIXTURES = ['nms_ts17', 'batched_nms_te18'] as const;
const pathOf = (name: string) => fileURLToPath(new URL(`../../fixtures/detectors/${name}/model.onnx`, import.meta.url));

const FORMS = [
  { nms: 'pipeline', precision: 'fp32' },
  { nms: 'pipeline', precision: 'fp16' },
  { nms: 'padded', precision: 'fp32' },
  { nms: 'padded', precision: 'fp16' },
] as const;

/** A mistake that a conversion could make, as the same mistake made in the source of a sound one. */
const FAULTS: readonly (readonly [string, (graph: Graph) => void])[] = [
  ['another threshold of what overlaps', (graph) => setInput(nmsOf(graph), 3, Tensor.from('float32', [1], [0.3]))],
  ['a threshold of scores', (graph) => setInput(nmsOf(graph), 4, Tensor.from('float32', [1], [0.85]))],
  ['fewer boxes', (graph) => setInput(firstTaken(graph), 2, Tensor.ofShape([7]))],
  ['corners taken for centre and size', (graph) => nmsOf(graph).attributes.set('center_point_box', attribute(1))],
  [
    'x and y in each other’s place',
    (graph) => through(graph, 'boxes', 'Gather', Tensor.ofShape([1, 0, 3, 2]), { axis: 1 }),
  ],
  ['classes that are counted from 1', (graph) => through(graph, 'labels', 'Add', Tensor.from('int64', [], [1]))],
  ['a weight before the selection', scaledHead],
];

/** The same in the package itself: what stands behind its program, and what it says of that. */
const PACKAGE_FAULTS: readonly (readonly [string, Change])[] = [
  ['another threshold of what overlaps', suppressed({ iouThreshold: 0.3 })],
  ['a threshold of scores', suppressed({ confidenceThreshold: 0.85 })],
  ['boxes of all classes, or of each, against each other', { suppression: otherClasses }],
  ['fewer boxes', { most: 7 }],
  ['classes that are counted from 1', { detections: (said) => said.replace('"firstLabel":0', '"firstLabel":1') }],
  ['x and y in each other’s place', { detections: (said) => said.replace('"form":"xy"', '"form":"yx"') }],
  ['corners taken for centre and size', { detections: (said) => said.replace('"form":"xy"', '"form":"centre"') }],
  ['an image of another size', { detections: (said) => said.replace('"size":[64,64]', '"size":[64,32]') }],
];

type Form = (typeof FORMS)[number];

/** Candidates by what is wrong with them. */
type Candidates = Map<string, string>;

test.each(FIXTURES)(
  'what the suppression of %s selects is no other where near ties move, and is where a fault moves it',
  async (name) => {
    const source = sourceOf(name);
    const candidates: Candidates = new Map();
    for (const form of FORMS) {
      const say = (what: string) => `${what} (${form.nms} ${form.precision})`;
      candidates.set(say('nothing'), await written(source, form));
      for (const [what, plant] of FAULTS) {
        const model = openModel(source);
        optimize(model);
        plant(model.graph);
        const file = join(mkdtempSync(join(folder, 'fault-')), 'model.onnx');
        writeFileSync(file, writeOnnx(model));
        const path = await writtenIfTaken(file, form);
        if (path) candidates.set(say(what), path);
      }
      if (form.nms !== 'pipeline') continue;
      for (const [what, change] of PACKAGE_FAULTS) {
        const path = await written(source, form);
        edit(path, change);
        candidates.set(say(`in the package, ${what}`), path);
      }
    }
    // Not every fault moves a box on every input.
    const seeded = await exitCodes(source, candidates);
    const onImages = await exitCodes(source, candidates, { image: images() });
    const codes = new Map(
      Array.from(seeded, ([what, code]) => [what, Math.max(code, onImages.get(what) ?? Number.NaN)]),
    );
    const expected = Array.from(candidates.keys(), (what) => [what, what.startsWith('nothing') ? 0 : 5] as const);
    expect(codes).toEqual(new Map(expected));
    expect(candidates.size).toBeGreaterThanOrEqual(4 + 4 * 5 + 2 * PACKAGE_FAULTS.length);
  },
);

/** A detector of the fixtures, with boxes left that hardly overlap: then it makes a difference which were compared. */
function sourceOf(name: string): string {
  const model = openModel(pathOf(name));
  setInput(nmsOf(model.graph), 3, Tensor.from('float32', [1], [0.1]));
  const file = join(mkdtempSync(join(folder, 'source-')), 'model.onnx');
  writeFileSync(file, writeOnnx(model));
  return file;
}

/** So many that boxes of all classes, and of unlike ones, overlap. */
function images() {
  const shape = [8, 3, 64, 64];
  const draw = (i: number) => 6 * ((Math.abs(Math.sin((i + 1) * 12.9898)) * 43758.5453) % 1) - 3;
  return { shape, data: Float32Array.from({ length: 8 * 3 * 64 * 64 }, (_, i) => draw(i)) };
}

async function written(source: string, { nms, precision }: Form): Promise<string> {
  const outDir = mkdtempSync(join(folder, 'written-'));
  await convert(source, { to: ['coreml'], nms, precision, outDir, check: false });
  return join(outDir, 'model.mlpackage');
}

/** Outputs that are no boxes any more are refused for a pipeline. */
async function writtenIfTaken(source: string, form: Form): Promise<string | undefined> {
  try {
    return await written(source, form);
  } catch (error) {
    expect([form.nms, reportOf(error)?.exitCode]).toEqual(['pipeline', 4]);
    return undefined;
  }
}

async function exitCodes(source: string, candidates: Candidates, inputs?: GivenArrays): Promise<Map<string, number>> {
  const reports = await reported(source, [...candidates.values()], inputs);
  return new Map(Array.from(candidates.keys(), (name, index) => [name, reports?.[index]?.exitCode ?? Number.NaN]));
}

async function reported(source: string, paths: readonly string[], inputs: GivenArrays | undefined) {
  try {
    return (await verify(source, paths, { inputs })).models[0]?.candidates;
  } catch (error) {
    return reportOf(error)?.models[0]?.candidates;
  }
}

function nmsOf(graph: Graph): Node {
  const [node] = graph.nodesOf('NonMaxSuppression');
  if (!node) throw new Error('nothing is suppressed');
  return node;
}

/** The node that takes the first of the selected boxes. */
function firstTaken(graph: Graph): Node {
  const found = graph.nodesOf('Slice').find((node) => node.inputs[2]?.constant?.toFloat64()[0] === 12);
  if (!found) throw new Error('all boxes are taken');
  return found;
}

function setInput(node: Node, index: number, tensor: Tensor): void {
  node.graph.setInput(node, index, node.graph.addConstant(tensor));
}

/** An output that went through one more node. */
function through(graph: Graph, name: string, operator: string, operand: Tensor, attributes = {}): void {
  const output = graph.outputs.find((value) => value.name === name);
  if (!output) throw new Error(`no output ${name}`);
  const { dtype, shape } = output;
  const inputs = [output, graph.addConstant(operand)];
  const made: Value = graph.insert({ operator, inputs, attributes, origin: [] }).output();
  Object.assign(made, { dtype, shape });
  graph.setOutputs(graph.outputs.map((each) => (each === output ? made : each)));
  output.name = `${name}_sound`;
  made.name = name;
}

/** The weights of the last convolution, twice as large. */
function scaledHead(graph: Graph): void {
  const head = graph.nodesOf('Conv').at(-1);
  const weights = head?.inputs[1]?.constant;
  if (!head || !weights) throw new Error('no convolution');
  const larger = weights.toFloat64().map((value) => 2 * value);
  graph.setInput(head, 1, graph.addConstant(Tensor.from('float32', weights.shape, larger)));
}

interface Change {
  readonly suppression?: (own: Message<'NonMaximumSuppression'>) => MessageParts<'NonMaximumSuppression'>;
  readonly detections?: (said: string) => string;
  readonly most?: number;
}

function suppressed(change: object): Change {
  return { suppression: (own) => ({ ...own, ...change }) };
}

function otherClasses(own: Message<'NonMaximumSuppression'>): MessageParts<'NonMaximumSuppression'> {
  return { ...own, pickTop: { perClass: own.pickTop?.perClass !== true } };
}

function edit(path: string, { suppression = (own) => own, detections = (said) => said, most }: Change): void {
  const file = join(path, MODEL);
  const { description, pipeline, ...rest } = coremlCodec.decode('Model', readFileSync(file));
  const [program, last] = pipeline?.models ?? [];
  if (!description || !program || !last?.nonMaximumSuppression) throw new Error('it is no pipeline');
  const said = new Map(description.metadata?.userDefined);
  const before = said.get('mobileone.detections') ?? '';
  said.set('mobileone.detections', detections(before));
  const changed = {
    ...rest,
    description: {
      ...description,
      output: most === undefined ? description.output : description.output.map((each) => withMost(each, most)),
      metadata: { ...description.metadata, userDefined: said },
    },
    pipeline: {
      ...pipeline,
      models: [program, { ...last, nonMaximumSuppression: suppression(last.nonMaximumSuppression) }],
    },
  };
  const bytes = Buffer.concat(coremlCodec.encode('Model', changed as MessageParts<'Model'>));
  expect(bytes.equals(readFileSync(file))).toBe(false);
  writeFileSync(file, bytes);
}

function withMost(feature: Message<'FeatureDescription'>, most: number): MessageParts<'FeatureDescription'> {
  const array = feature.type?.multiArrayType;
  const [, width] = array?.shapeRange?.sizeRanges ?? [];
  const sizeRanges = [{ lowerBound: 0, upperBound: most }, width ?? {}];
  return { ...feature, type: { multiArrayType: { ...array, shapeRange: { sizeRanges } } } };
}
