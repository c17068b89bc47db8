import type { Model } from '../../model/index.js';
import { inferTypes } from '../../operators/infer.js';
import { composites } from '../../passes/composites/index.js';
import { Changes } from '../../passes/pass.js';
import { channelsLastComposites, channelsLastPasses, targetPasses } from '../../passes/target-passes.js';
import type { Target } from '../format.js';
import type { InputLayoutOptions } from '../input-layout.js';
import { litertDeclaration } from './declaration.js';
import { lowerModel } from './lower.js';
import { open, type ReadModel } from './open.js';
import type { LitertProgram } from './program.js';
import { rows } from './rows/index.js';
import { runnable } from './runnable.js';
import { writeProgram } from './write.js';

export type { LitertProgram } from './program.js';

/** LiteRT: one `.tflite`, channels-last. */
export const litert: Target<LitertProgram, InputLayoutOptions, ReadModel> = {
  ...litertDeclaration,
  operators: new Set([...composites.keys(), ...channelsLastComposites, ...rows.keys()]),
  lower: (model, options) => lowerModel(prepared(model), options),
  write: (program) => ({ files: new Map([['', writeProgram(program)]]), commits: '' }),
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
