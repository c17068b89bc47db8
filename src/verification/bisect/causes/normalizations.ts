import type { Node } from '../../../model/index.js';
import {
  batchNormalization,
  groupNormalization,
  instanceNormalization,
  layerNormalization,
} from '../../../operators/index.js';
import { type Mistake, type Mistakes, otherAttribute } from './mistake.js';

/** What frameworks take by default, and none at all. */
const EPSILONS = [0, 1e-3, 1e-5, 1e-6, 1e-12];
/** The first operator set in which an attribute says that a batch norm trains; before, its outputs did. */
const TRAINING_MODE = 14;

/** Statistics of the batch where running ones are due, and another epsilon. */
export const normalizations: Mistakes = (node) => {
  const epsilon = epsilonOf(node);
  if (epsilon === undefined) return [];
  const found: Mistake[] = EPSILONS.filter((other) => Math.abs(other - epsilon) > 1e-3 * epsilon).map((other) =>
    otherAttribute(
      other === 0
        ? `has lost its epsilon, ${show(epsilon)}`
        : `has epsilon ${show(other)} in place of ${show(epsilon)}`,
      'epsilon',
      { float: other },
    ),
  );
  if (node.is('BatchNormalization') && !batchNormalization.parameters(node).trainingMode) {
    found.push({ says: 'is in training mode: it takes the mean and variance of the batch', make: setTrainingMode });
  }
  return found;
};

function epsilonOf(node: Node): number | undefined {
  if (node.is('BatchNormalization')) return batchNormalization.parameters(node).epsilon;
  if (node.is('InstanceNormalization')) return instanceNormalization.parameters(node).epsilon;
  if (node.is('LayerNormalization')) return layerNormalization.parameters(node).epsilon;
  return node.is('GroupNormalization') ? groupNormalization.parameters(node).epsilon : undefined;
}

/** Engines update running statistics in place, so that they must be no constants that others share. */
function setTrainingMode(node: Node): void {
  const { graph, origin, opset } = node;
  const statistics = [3, 4].map((index) =>
    graph.insert({ operator: 'Neg', inputs: [node.input(index)], origin }).output(),
  );
  const trained = graph.insert({
    operator: 'BatchNormalization',
    inputs: [...node.inputs.slice(0, 3), ...statistics],
    attributes: new Map(node.attributes),
    outputs: opset < TRAINING_MODE ? 5 : 3,
    origin,
  });
  if (opset >= TRAINING_MODE) otherAttribute('', 'training_mode', 1).make(trained);
  graph.replace(node.output(), trained.output());
}

function show(epsilon: number): string {
  return String(Number(epsilon.toPrecision(3)));
}
