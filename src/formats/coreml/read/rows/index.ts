import { activations } from './activations.js';
import { arithmetic } from './arithmetic.js';
import { convolutions } from './convolutions.js';
import { elementaryFunctions } from './elementary-functions.js';
import { matrixProducts } from './matrix-products.js';
import { nonMaximumSuppressions } from './non-maximum-suppression.js';
import { normalizations } from './normalizations.js';
import { pools } from './pools.js';
import { reductions } from './reductions.js';
import { resizes } from './resizes.js';
import type { ReadRow } from './row.js';
import { samplings } from './samplings.js';
import { selections } from './selections.js';
import { shapes } from './shapes.js';

/** Every operation of MIL that is understood. */
export const readRows: ReadonlyMap<string, ReadRow> = new Map(
  [
    activations,
    arithmetic,
    convolutions,
    elementaryFunctions,
    matrixProducts,
    nonMaximumSuppressions,
    normalizations,
    pools,
    reductions,
    resizes,
    samplings,
    selections,
    shapes,
  ].flatMap((family) => Object.entries(family)),
);
