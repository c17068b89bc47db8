import { type Graph, InputError, type Node, Tensor } from '../model/index.js';
import { type BatchNormMode, UNUSED_STATISTICS } from '../operators/batch-norm-mode.js';
import { dropout } from '../operators/index.js';
import type { Changes, Pass } from './pass.js';
import { insertTyped, replaceNode } from './replace-node.js';
import { holdsOnly, MEAN, type TrainingBatchNorm, trainingBatchNorms, VARIANCE } from './training-batch-norms.js';

const EXPLANATION =
  'set to inference; a file exported without .eval() answers differently in training mode, which looks like a wrong conversion';

/** More names than this are counted. */
const LISTED = 8;

/**
 * Takes batch norms and dropouts out of training mode, but for batch norms that mean the statistics of each batch: those that
 * never had running ones.
 *
 * Given: `y, m, v = BatchNormalization(x, scale, b, mean, var; training_mode: 1)`, or further results before opset 14.
 * Result: `y = BatchNormalization(x, scale, b, mean, var)`; who reads the running statistics m and v reads mean and var.
 * Where the statistics of the batch are kept: `y, m, v = BatchNormalization(x, scale, b, 0, 1; training_mode: 1)`, since mean
 * and var have no part in y.
 * Exact: where the batch's are kept; else it is the network as it is deployed, not as it is trained. Notes say what was done.
 * Keeps off: a Dropout whose mode is computed in the graph.
 * @param asked what batch norms mean that have running statistics, or start values of them; decided node by node without it
 * @throws InputError where a batch statistic is an output, or is read where the batch's are kept
 */
export const setInferenceMode = (asked?: BatchNormMode): Pass => ({
  name: 'set-inference-mode',
  run(graph, changes) {
    // Those of subgraphs are decided with the others: a note names both kinds of one file.
    if (!graph.parent) decideBatchNorms(graph, asked, changes);
    for (const node of graph.nodesOf('Dropout')) {
      if (dropout.parameters(node).trainingMode) stopDropping(graph, node, changes);
    }
  },
});

function decideBatchNorms(graph: Graph, asked: BatchNormMode | undefined, changes: Changes): void {
  const all = trainingBatchNorms(graph.model, asked);
  const labels = (mode: BatchNormMode) => all.filter((each) => each.mode === mode).map(({ node }) => node.label);
  const [kept, set] = [labels('batch'), labels('inference')];
  for (const each of all) {
    if (each.mode === 'batch') keepBatchStatistics(each, changes);
    else normalizeByStatistics(each.node, changes);
  }
  if (kept.length > 0 && set.length > 0) {
    changes.note(
      `batch norms in training mode are of two kinds: ${listed(kept)} by the batch, ${listed(set)} by running statistics`,
    );
  }
}

function listed(names: readonly string[]): string {
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : '';
  return names.slice(0, LISTED).join(', ') + more;
}

function normalizeByStatistics(node: Node, changes: Changes): void {
  const { graph } = node;
  const inputs = [0, 1, 2, 3, 4].map((index) => node.input(index));
  node.outputs.slice(1).forEach((output, index) => {
    const instead = inputs[MEAN + index];
    if (!output || output.isDead || (instead && graph.replace(output, instead))) return;
    throw statisticIsRead(node, output.name, 'export the network again after .eval()');
  });
  const attributes = new Map(node.attributes);
  attributes.delete('training_mode');
  attributes.delete('momentum');
  const made = insertTyped(graph, { operator: 'BatchNormalization', inputs, attributes, origin: node.origin });
  replaceNode(node, made.output(), changes);
  changes.note(`batch norms in training mode: ${EXPLANATION}`);
}

const REASONS: Readonly<Record<TrainingBatchNorm['why'], string>> = {
  'has statistics': '',
  'never had statistics': ': their running mean is 0 and their variance 1 throughout, so they never had others',
  'computes statistics': ': their mean or variance is computed in the graph',
  asked: ', as --batch-norm asks',
};

function keepBatchStatistics({ node, why }: TrainingBatchNorm, changes: Changes): void {
  const read = node.outputs.slice(1).find((output) => output?.isDead === false);
  if (read) {
    const instead = why === 'computes statistics' ? '' : ', or use --batch-norm inference';
    throw statisticIsRead(node, read.name, `export the network without that output${instead}`);
  }
  forget(node, MEAN, UNUSED_STATISTICS.mean, changes);
  forget(node, VARIANCE, UNUSED_STATISTICS.variance, changes);
  giveAllResults(node, changes);
  changes.note(`batch norms in training mode keep the statistics of each batch${REASONS[why]}`);
}

/** So that nothing is computed for an operand without effect, and the artefact says by itself what is meant. */
function forget(node: Node, index: number, start: number, changes: Changes): void {
  const value = node.input(index);
  if (holdsOnly(value, start)) return;
  const length = (value.shape ?? node.input(1).shape)?.[0];
  if (typeof length !== 'number' || value.dtype === undefined) return;
  const tensor = Tensor.from(value.dtype, [length], new Float64Array(length).fill(start));
  node.graph.setInput(node, index, node.graph.addConstant(tensor));
  changes.edited();
}

/** Engines refuse one in training mode that leaves any of them out. */
function giveAllResults(node: Node, changes: Changes): void {
  const results = resultsInTraining(node.opset);
  if (node.outputs.filter((output) => output).length === results) return;
  const { inputs, attributes, origin } = node;
  const parts = { operator: node.operator, inputs, attributes: new Map(attributes), origin, outputs: results };
  replaceNode(node, insertTyped(node.graph, parts).output(), changes);
}

/** The normalised operand, its running statistics and, before operator set 14, those of the batch. */
const resultsInTraining = (opset: number) => (opset < 14 ? 5 : 3);

function statisticIsRead(node: Node, value: string, todo: string): InputError {
  const what = 'a batch norm in training mode gives its statistics to the outside';
  return new InputError({ what, where: { node: node.label, value }, todo });
}

function stopDropping(graph: Graph, node: Node, changes: Changes): void {
  graph.setInput(node, 2, undefined);
  graph.setInput(node, 1, undefined);
  changes.edited();
  changes.note(`dropout in training mode: ${EXPLANATION}`);
}
