import type { onnx } from 'onnx-proto';
import { type BatchNormMode, UNUSED_STATISTICS } from '../../../operators/batch-norm-mode.js';
import type { ExternalData } from '../external-data.js';
import { FixedValues, type Source } from './fixed-values.js';
import { isOnnx, type NodeList, nodeLists, readOthers } from './graphs.js';
import { holdsOnly } from './holds-only.js';

/** What decides about batch norms in training mode, and where their statistics are read if they lie beside the file. */
export interface InferenceModeOptions {
  /** What batch norms in training mode mean; decided node by node without it. */
  readonly batchNorm?: BatchNormMode | undefined;
  readonly externalData?: ExternalData | undefined;
}

/** @returns how many nodes were changed */
export function setInferenceMode(model: onnx.IModelProto, options: InferenceModeOptions): number {
  let changed = 0;
  const instead = new Map<string, string>();
  const training = nodeLists(model).flatMap(({ nodes }) =>
    nodes.filter((node) => isOnnx(node, 'BatchNormalization') && isTraining(node)).map((node) => ({ node, nodes })),
  );
  // All are decided before any of them changes.
  const fixed = training.length > 0 ? new FixedValues(model) : undefined;
  const kept = training.filter(({ node, nodes }) => fixed && keepsBatch(node, nodes, fixed, options));
  const opset = Number(model.opsetImport?.find(({ domain }) => !domain || domain === 'ai.onnx')?.version ?? 0);
  for (const { node, nodes } of kept) {
    giveAllResults(node, opset);
    ownStatistics(node, nodes);
    changed++;
  }
  for (const each of training) {
    if (kept.includes(each)) continue;
    setBatchNormalization(each.node, instead);
    changed++;
  }
  for (const { nodes } of nodeLists(model)) {
    for (const node of nodes) if (isOnnx(node, 'Dropout') && setDropout(node)) changed++;
  }
  if (instead.size > 0) for (const { nodes } of nodeLists(model)) for (const node of nodes) readOthers(node, instead);
  return changed;
}

/** Before operator set 14 more than one output meant training; from 14 on `training_mode` says it. */
function isTraining(node: onnx.INodeProto): boolean {
  return (node.output ?? []).length > 1 || Number(modeOf(node)?.i ?? 0) !== 0;
}

const modeOf = (node: onnx.INodeProto) => node.attribute?.find(({ name }) => name === 'training_mode');

/** One that never had running statistics, or has none that are fixed, means those of the batch. */
function keepsBatch(
  node: onnx.INodeProto,
  nodes: NodeList['nodes'],
  fixed: FixedValues,
  { batchNorm, externalData }: InferenceModeOptions,
): boolean {
  const [mean, variance] = [3, 4].map((index) => fixed.sourceOf(node.input?.[index] ?? '', nodes));
  if (!mean || !variance || mean === 'varies' || variance === 'varies') return true;
  if (batchNorm) return batchNorm === 'batch';
  const isAll = (source: Exclude<Source, 'varies'>, number: number) =>
    source.length > 0 && source.every((tensor) => holdsOnly(tensor, number, externalData));
  return isAll(mean, UNUSED_STATISTICS.mean) && isAll(variance, UNUSED_STATISTICS.variance);
}

/** Engines refuse one in training mode that leaves any of them out. */
function giveAllResults(node: onnx.INodeProto, opset: number): void {
  const [first, ...others] = node.output ?? [];
  const length = opset < 14 ? 4 : 2;
  node.output = [first ?? '', ...Array.from({ length }, (_, index) => others[index] || `${first}:statistic${index}`)];
}

/**
 * Engines update running statistics in place, constants of the file and all that share their memory included: equal
 * constants do. They have no part in the answer, so any numbers serve that are made for this node alone.
 */
function ownStatistics(node: onnx.INodeProto, nodes: onnx.INodeProto[]): void {
  const [x = '', scale = '', bias = '', ...statistics] = node.input ?? [];
  const own = statistics.map((name, index) => ({
    opType: 'Neg',
    input: [name],
    output: [`${node.output?.[0]}:running${index}`],
  }));
  node.input = [x, scale, bias, ...own.flatMap(({ output }) => output)];
  nodes.splice(nodes.indexOf(node), 0, ...own);
}

function setBatchNormalization(node: onnx.INodeProto, instead: Map<string, string>): void {
  const outputs = node.output ?? [];
  outputs.slice(1, 3).forEach((statistic, index) => {
    const running = node.input?.[3 + index];
    if (statistic && running) instead.set(statistic, running);
  });
  node.output = outputs.slice(0, 1);
  node.attribute = (node.attribute ?? []).filter(({ name }) => name !== 'training_mode');
}

/** Without its third input a dropout lets everything pass. */
function setDropout(node: onnx.INodeProto): boolean {
  if (!node.input?.[2]) return false;
  node.input = node.input.slice(0, 2);
  return true;
}
