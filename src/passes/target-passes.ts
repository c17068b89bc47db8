import { constantsAsOutputs } from './constants-as-outputs.js';
import { foldConstants } from './fold-constants.js';
import { gatherInFewerAxes } from './gather-in-fewer-axes.js';
import { holdCandidates } from './hold-candidates.js';
import { meansOfGathered } from './means-of-gathered.js';
import type { Pass } from './pass.js';
import { recomposeGelu } from './recompose-gelu.js';
import { recomposeHardSigmoid } from './recompose-hard-sigmoid.js';
import { recomposeHardSwish } from './recompose-hard-swish.js';
import { recomposeLayerNormalization } from './recompose-layer-normalization.js';
import { spellComposites } from './spell-composites.js';
import { spellGlobalPooling } from './spell-global-pooling.js';
import { spellGridSampling } from './spell-grid-sampling.js';
import { spellTransposedVolumes } from './spell-transposed-volumes.js';
import { takeDecidedBranch } from './take-decided-branch.js';

/**
 * What a target other than ONNX may run on its copy of a model to see functions instead of their arithmetic. The graph
 * then may hold operators that are newer than its operator set: `Gelu`, `HardSwish`, `LayerNormalization` have meant the
 * same since they came, so their rows read them under any.
 *
 * Not run for ONNX: there the operator may not exist, and ONNX Runtime finds these forms by itself.
 */
export const targetPasses: readonly Pass[] = [
  spellComposites,
  meansOfGathered,
  gatherInFewerAxes,
  holdCandidates,
  // What those made of constants: turned weights, joined biases. And weights of integers, which these targets have in float.
  foldConstants,
  // Whether there are candidates is known now.
  takeDecidedBranch,
  constantsAsOutputs,
  recomposeGelu,
  // Before HardSwish, which is x * HardSigmoid(x).
  recomposeHardSigmoid,
  recomposeHardSwish,
  recomposeLayerNormalization,
];

/** What those targets run as well whose images have their channels last, which lack what Core ML has an operation for. */
export const channelsLastPasses: readonly Pass[] = [spellGridSampling, spellTransposedVolumes, spellGlobalPooling];

/** Operators that have no row there, as these passes write them by others. */
export const channelsLastComposites: readonly string[] = ['GridSample'];
