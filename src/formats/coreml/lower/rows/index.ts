import { activations } from './activations.js';
import { arithmetic } from './arithmetic.js';
import { casts } from './casts.js';
import { comparisons } from './comparisons.js';
import { convolutions } from './convolutions.js';
import { einsums } from './einsums.js';
import { elementaryFunctions } from './elementary-functions.js';
import { generators } from './generators.js';
import { joins } from './joins.js';
import { matrixProducts } from './matrix-products.js';
import { normalizations } from './normalizations.js';
import { paddings } from './paddings.js';
import { picks } from './picks.js';
import { pools } from './pools.js';
import { quantizations } from './quantizations.js';
import { reductions } from './reductions.js';
import { resizes } from './resizes.js';
import type { Row } from './row.js';
import { samplings } from './samplings.js';
import { scatters } from './scatters.js';
import { selections } from './selections.js';
import { shapes } from './shapes.js';
import { softmaxes } from './softmaxes.js';

/** The table: every ONNX operator that Core ML can express, and how. A missing operator is refused by name. */
export const rows: ReadonlyMap<string, Row> = new Map(
  [
    activations,
    arithmetic,
    casts,
    comparisons,
    convolutions,
    einsums,
    elementaryFunctions,
    generators,
    joins,
    matrixProducts,
    normalizations,
    paddings,
    picks,
    pools,
    quantizations,
    reductions,
    resizes,
    samplings,
    scatters,
    selections,
    shapes,
    softmaxes,
  ].flatMap((family) => Object.entries(family)),
);
