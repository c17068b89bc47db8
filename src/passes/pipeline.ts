import type { Model } from '../model/index.js';
import type { BatchNormMode } from '../operators/batch-norm-mode.js';
import { inferTypes } from '../operators/infer.js';
import { inferStale } from '../operators/refine.js';
import { dropCopies } from './drop-copies.js';
import { dropDefaultAttributes } from './drop-default-attributes.js';
import { dropNeutralArithmetic } from './drop-neutral-arithmetic.js';
import { dropOverwritten } from './drop-overwritten.js';
import { dropVainCeilMode } from './drop-vain-ceil-mode.js';
import { dropZeroBias } from './drop-zero-bias.js';
import { foldBesideQuantized } from './fold-constants.js';
import { fuseAffine } from './fuse-affine.js';
import { gatherTerms } from './gather-terms.js';
import { graphsOf } from './graphs-of.js';
import { joinReshapes } from './join-reshapes.js';
import { joinTransposes } from './join-transposes.js';
import { mergeEqualConstants } from './merge-equal-constants.js';
import { mergeIntoDense } from './merge-into-dense.js';
import { mergeTransposedSums } from './merge-transposed-sums.js';
import { mergedBlocks } from './merged-blocks.js';
import { moveScales } from './move-scales.js';
import { padBeforeBias } from './pad-before-bias.js';
import { Changes, type Pass } from './pass.js';
import { explainUnmerged } from './reasons/explain-unmerged.js';
import { removeDeadNodes } from './remove-dead-nodes.js';
import { replaceCastLike } from './replace-cast-like.js';
import { setInferenceMode } from './set-inference-mode.js';
import { spellDifferences } from './spell-differences.js';
import { spellGelu } from './spell-gelu.js';
import { spellReshapes } from './spell-reshapes.js';
import { splitSequences } from './split-sequences.js';
import { takeDecidedBranch } from './take-decided-branch.js';

/** What is done to a model besides cleaning it. */
export interface OptimizeOptions {
  /**
   * false: clean only.
   * @default true
   */
  readonly fuse?: boolean | undefined;
  /**
   * A merge may cost so many times the multiply-accumulates that it replaces; 1 or more.
   * @default 1
   */
  readonly maxCost?: number | undefined;
  /** What a batch norm in training mode means; decided node by node by default. */
  readonly batchNorm?: BatchNormMode | undefined;
  /**
   * true: types were inferred when the model was last changed, so they are not inferred again.
   * @default false
   */
  readonly typed?: boolean;
}

/** First, so that a batch norm that trains is one that means to. */
const preparing = (batchNorm: BatchNormMode | undefined): readonly Pass[] => [setInferenceMode(batchNorm)];

const cleaning: readonly Pass[] = [
  // Frees constants from a read of the image, which folding could not cross.
  replaceCastLike,
  dropCopies,
  foldBesideQuantized,
  takeDecidedBranch,
  splitSequences,
  dropNeutralArithmetic,
  spellDifferences,
  dropOverwritten,
  joinTransposes,
  joinReshapes,
  spellReshapes,
  // Before fusing, which leaves the constants of a GELU alone only where it sees one.
  spellGelu,
  dropZeroBias,
  dropVainCeilMode,
  removeDeadNodes,
];

const fusing = (maxCost: number): readonly Pass[] => [
  // Before fusing, which sees what stands together in a sum.
  gatherTerms(maxCost),
  padBeforeBias,
  fuseAffine(maxCost),
  // Behind it, so that all convolutions of one image are one by then.
  mergeIntoDense,
  // What adds several of them sees no batch norm between, once a round has moved those.
  mergeTransposedSums(maxCost),
  moveScales,
];

const finishing: readonly Pass[] = [dropDefaultAttributes, mergeEqualConstants];

/** Groups that swing are cut here; none was seen to need more than four. */
const MOST_ROUNDS = 10;

/**
 * Turns a model, in place, into the smallest one that answers the same: cleaned and, unless told otherwise, fused.
 * @returns the blocks that were merged, what a rule refused to merge, and notes
 * @throws InputError where a node breaks the standard, or a batch statistic is read where it cannot be given
 * @example const { merged } = optimize(model);
 */
export function optimize(model: Model, options: OptimizeOptions = {}): Changes {
  const { fuse = true, maxCost = 1, batchNorm, typed = false } = options;
  const changes = new Changes();
  if (!typed) inferTypes(model.graph);
  runAll(preparing(batchNorm), model, changes);
  settle(cleaning, model, changes);
  if (fuse) {
    settle([...fusing(maxCost), ...cleaning], model, changes);
    for (const graph of graphsOf(model)) explainUnmerged(graph, maxCost, changes);
  }
  runAll(finishing, model, changes);
  changes.merged = mergedBlocks(model.graph);
  return changes;
}

/** Runs the passes in their order until none of them finds anything. */
function settle(passes: readonly Pass[], model: Model, changes: Changes): void {
  let before = -1;
  for (let round = 0; round < MOST_ROUNDS && changes.count !== before; round++) {
    before = changes.count;
    runAll(passes, model, changes);
  }
}

function runAll(passes: readonly Pass[], model: Model, changes: Changes): void {
  // A graph whose node goes in this round is empty from then on, so the list stays right.
  const graphs = graphsOf(model);
  for (const pass of passes) {
    for (const graph of graphs) pass.run(graph, changes);
    inferStale(graphs);
  }
}
