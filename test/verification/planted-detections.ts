import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeOnnx } from '../../src/index.js';
import { attribute, type Graph, type Node, Tensor, type Value } from '../../src/model/index.js';
import { openModel } from '../corpus/open-model.js';

export const DETECTORS = ['nms_ts17', 'batched_nms_te18'] as const;

/** The forms in which Core ML holds a detector. */
export const FORMS = [
  { nms: 'pipeline', precision: 'fp32' },
  { nms: 'pipeline', precision: 'fp16' },
  { nms: 'padded', precision: 'fp32' },
  { nms: 'padded', precision: 'fp16' },
] as const;

export type Form = (typeof FORMS)[number];

/** A mistake that a conversion could make, as the same mistake made in the source of a sound one. */
export const FAULTS: readonly (readonly [string, (graph: Graph) => void])[] = [
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

/** A detector of the fixtures, with boxes left that hardly overlap: then it makes a difference which were compared. */
export function writeDetector(name: (typeof DETECTORS)[number], file: string): void {
  const model = openModel(fileURLToPath(new URL(`../../fixtures/detectors/${name}/model.onnx`, import.meta.url)));
  setInput(nmsOf(model.graph), 3, Tensor.from('float32', [1], [0.1]));
  writeFileSync(file, writeOnnx(model));
}

/** So many that boxes of all classes, and of unlike ones, overlap. */
export function images() {
  const shape = [8, 3, 64, 64];
  const draw = (i: number) => 6 * ((Math.abs(Math.sin((i + 1) * 12.9898)) * 43758.5453) % 1) - 3;
  return { shape, data: Float32Array.from({ length: 8 * 3 * 64 * 64 }, (_, i) => draw(i)) };
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
