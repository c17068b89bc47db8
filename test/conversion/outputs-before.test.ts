import { expect, test } from 'vitest';
import { outputsBefore, sourcesOf } from '../../src/conversion/outputs-before.js';
import { type Graph, Model, type NodeParts, type Unsupported, type Value } from '../../src/model/index.js';

let index = 0;

function node(graph: Graph, operator: string, inputs: readonly Value[], output: string): Value {
  const origin: NodeParts['origin'] = [{ name: `${operator}_${output}`, operator, index: index++ }];
  return graph.insert({ operator, name: `${operator}_${output}`, inputs, outputs: [output], origin }).output();
}

/** x -> features -> boxes -> selected -> picked; x -> features -> classes; a size goes into the selection too. */
function detector(): Model {
  const model = new Model({ opsets: new Map([['', 17]]) });
  const { graph } = model;
  const x = graph.addInput('x', 'float32', [1, 3, 8, 8]);
  const features = node(graph, 'Relu', [x], 'features');
  const boxes = node(graph, 'Sigmoid', [features], 'boxes');
  const rank = node(graph, 'ArgMax', [features], 'rank');
  const size = node(graph, 'Shape', [features], 'size');
  const selected = node(graph, 'NonMaxSuppression', [boxes, size], 'selected');
  const picked = node(graph, 'Gather', [rank, selected], 'picked');
  for (const value of [picked, node(graph, 'Softmax', [features], 'classes')]) graph.addOutput(value);
  return model;
}

const refusal = (name: string): Unsupported => ({ target: 't', node: name, operator: 'x', reason: 'y' });

test('a graph is cut where the rest hands values to what is refused; sizes are no answer', () => {
  const { graph } = detector();
  const refused = sourcesOf(graph, [refusal('NonMaxSuppression_selected')]);
  expect(outputsBefore(graph, refused ?? new Set())).toEqual(['classes', 'boxes', 'rank']);
});

test('nothing is proposed where a refused node is not in the graph, or nothing is left', () => {
  const { graph } = detector();
  expect(sourcesOf(graph, [refusal('NonMaxSuppression_selected'), refusal('made by a target')])).toBeUndefined();
  expect(outputsBefore(graph, sourcesOf(graph, [refusal('Relu_features')]) ?? new Set())).toEqual([]);
});
