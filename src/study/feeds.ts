import type { Model, Tensor } from '../model/index.js';
import { describeInputs, seededTrials } from '../trials/index.js';

/** Numbers for every input, the same on every run. */
export function drawFeeds({ graph }: Model): ReadonlyMap<string, Tensor> {
  const [draw] = seededTrials(describeInputs(graph)).settings[0] ?? [];
  return draw?.()[0]?.feeds ?? new Map();
}
