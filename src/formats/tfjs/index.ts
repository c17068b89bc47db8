import type { Model } from '../../model/index.js';
import { inferTypes } from '../../operators/infer.js';
import { composites } from '../../passes/composites/index.js';
import { Changes } from '../../passes/pass.js';
import { channelsLastComposites, channelsLastPasses, targetPasses } from '../../passes/target-passes.js';
import type { Target } from '../format.js';
import type { InputLayoutOptions } from '../input-layout.js';
import { tfjsDeclaration } from './declaration.js';
import { lowerModel } from './lower.js';
import { open } from './open.js';
import type { TfjsProgram } from './program.js';
import type { ReadModel } from './read/read-model.js';
import { rows } from './rows/index.js';
import { runnable } from './runnable.js';
import { writeProgram } from './write.js';

export type { TfjsProgram } from './program.js';

/** TensorFlow.js: a GraphModel, channels-last, for the converter's `loadGraphModel`. */
export const tfjs: Target<TfjsProgram, InputLayoutOptions, ReadModel> = {
  ...tfjsDeclaration,
  operators: new Set([...composites.keys(), ...channelsLastComposites, ...rows.keys()]),
  lower: (model, options) => lowerModel(prepared(model), options),
  write: (program, _baseName, hash) => writeProgram(program, hash),
  open,
  runnable,
};

/** Sees functions instead of their arithmetic. */
function prepared(model: Model): Model {
  const changes = new Changes();
  for (const pass of [...targetPasses, ...channelsLastPasses]) pass.run(model.graph, changes);
  inferTypes(model.graph);
  return model;
}
