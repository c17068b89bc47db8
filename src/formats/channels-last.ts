import type { Model } from '../model/index.js';
import { inferTypes } from '../operators/infer.js';
import { composites } from '../passes/composites/index.js';
import { Changes } from '../passes/pass.js';
import { channelsLastComposites, channelsLastPasses, targetPasses } from '../passes/target-passes.js';

/** Operators that a channels-last target takes which has these rows: what is made of others needs none. */
export function channelsLastOperators(rows: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  return new Set([...composites.keys(), ...channelsLastComposites, ...rows.keys()]);
}

/** Edits a model into what channels-last targets are lowered from: functions instead of their arithmetic. */
export function prepared(model: Model): Model {
  const changes = new Changes();
  for (const pass of [...targetPasses, ...channelsLastPasses]) pass.run(model.graph, changes);
  inferTypes(model.graph);
  return model;
}
