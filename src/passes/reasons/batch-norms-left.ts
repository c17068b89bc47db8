import type { Graph, Node, Value } from '../../model/index.js';
import { batchNormalization, conv, hasTrait } from '../../operators/index.js';
import { absorbDownward } from '../affine/absorb-downward.js';
import { absorbUpward, commutes, enlarges } from '../affine/absorb-upward.js';
import { addedConstantOf } from '../affine/added-constant.js';
import { channelAffineOf } from '../affine/channel-affine.js';
import { followShape, type Travelling } from '../affine/follow-shape.js';
import { isShifted } from '../affine/scaled-weights.js';
import type { Changes } from '../pass.js';
import { nameOf, needOfOthers, outOfRange } from './wording.js';

/** Names every batch norm that is left, and what stands between it and weights that could do its work. */
export function explainBatchNorms(graph: Graph, changes: Changes): void {
  for (const node of graph.nodesOf('BatchNormalization')) changes.decline([node], reasonFor(node));
}

function reasonFor(node: Node): string {
  const affine = channelAffineOf(node);
  if (!affine) return ofItself(node);
  const { input, output } = affine;
  // The first that is told is the furthest on the way.
  let before: string | undefined;
  absorbUpward(input, affine, 0, (value, passed) => {
    before ??= obstacleBefore(value, passed);
  });
  let behind = needOfOthers(output, new Set(output.uses.map((use) => use.node)));
  absorbDownward(output, affine, 0, (reader, passed) => {
    behind ??= obstacleBehind(reader, passed);
  });
  return `no weights can take it: before it, ${before ?? 'nothing'}; behind it, ${behind ?? 'nothing'}`;
}

/** Why it is no scale and shift. */
function ofItself(node: Node): string {
  if (batchNormalization.parameters(node).trainingMode) return 'it takes the statistics of each batch';
  const names = ['scale', 'bias', 'mean', 'variance'];
  const computed = names.find((_, index) => !node.constant(index + 1));
  if (computed) return `its ${computed} is computed in the graph`;
  return 'its variance makes no finite factor of every channel';
}

function obstacleBefore(value: Value, affine: Travelling): string {
  const need = needOfOthers(value, new Set(value.uses.slice(0, 1).map((use) => use.node)));
  const node = value.producer;
  if (need) return need;
  if (!node) return `${value.name} is ${value.constant ? 'a constant' : 'an input of the graph'}`;
  if (enlarges(affine) && node.is('ReduceMean', 'GlobalAveragePool', 'AveragePool', 'Resize')) {
    return `scaled before ${nameOf(node)}, what it averages could overflow`;
  }
  return obstacleAt(node, affine, true);
}

function obstacleBehind(reader: Node, affine: Travelling): string {
  const output = reader.outputs[0];
  const passes = commutes(reader, affine) || followShape(reader, affine, 'forward') !== undefined;
  if (output?.isOutput && passes) return `${output.name} is an output of the graph`;
  return obstacleAt(reader, affine, isUnpadded(reader));
}

function isUnpadded(node: Node): boolean {
  return !node.is('Conv') || (conv.parameters(node).pads?.every((size) => size === 0) ?? false);
}

function obstacleAt(node: Node, affine: Travelling, takesShift: boolean): string {
  const name = nameOf(node);
  if (hasTrait(node, 'product')) {
    const isConstant = [1, 2].every((index) => !node.hasInput(index) || node.constant(index));
    if (!isConstant) return `the weights of ${name} are computed in the graph`;
    if (!node.is('Conv') || (affine.axis !== undefined && affine.axis !== 1))
      return `${name} takes no scale and shift of this form`;
    if (isShifted(affine) && !takesShift) return `${name} pads with 0, and not with its shift`;
    return outOfRange(node.outputs[0]?.dtype);
  }
  if (node.is('Add', 'Sub') && addedConstantOf(node)) return `the constant of ${name} would become too large`;
  if (node.is('Pad') && isShifted(affine)) return `${name} pads with a constant, and not with its shift`;
  if (node.is('Relu', 'LeakyRelu', 'MaxPool') && affine.scale.some((factor) => factor <= 0)) {
    return `${name} lets only positive scales through`;
  }
  if (node.is('Relu', 'LeakyRelu')) return `${name} lets no shift through`;
  return `${name} lets no scale and shift through`;
}
