import type { Rewriting } from '../rewriting.js';
import { replaceActivations } from './activations.js';
import { shrinkDepthwiseKernels } from './depthwise-kernels.js';
import { nearestResizes } from './nearest-resizes.js';
import { padChannels } from './padded-channels.js';
import { dropHighSqueezeExcites, dropSqueezeExcites } from './squeeze-excites.js';
import { unturnEnds } from './unturned-ends.js';
import { unturnLayers } from './unturned-layers.js';

/** Everything that is tried, what keeps the function first. Adding one is a file, and a line here. */
export const REWRITINGS: readonly Rewriting[] = [
  padChannels,
  unturnLayers,
  unturnEnds,
  ...replaceActivations,
  dropHighSqueezeExcites,
  dropSqueezeExcites,
  shrinkDepthwiseKernels,
  nearestResizes,
];
