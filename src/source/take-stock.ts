import type { AskedShape, Model } from '../model/index.js';
import { inferFixed, OTHER_SIZES } from '../operators/infer-at.js';
import type { Counts, ValueReport } from '../report/index.js';
import { countGraph } from './counts.js';
import { compareDeclaredOutputs } from './declared-outputs.js';
import { describeValue } from './describe.js';
import { fixShapes } from './fix-shapes.js';
import { type Links, linksOf } from './links.js';
import { expectOpen, openSizes } from './open-sizes.js';
import { reRoot } from './re-root.js';
import { noteRuntimeOperators } from './runtime-operators.js';
import { suspectStatistics } from './suspect-statistics.js';

/** What a model is before anything is done to it but what the user asked of its sizes and outputs. */
export interface Stock {
  readonly inputs: readonly ValueReport[];
  readonly outputs: readonly ValueReport[];
  readonly before: Counts;
  readonly links: Links;
  /** What became fixed, was cut or looks wrong, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Opens, fixes sizes and cuts the graph as asked, infers types, and counts.
 * @throws UsageError where a name or size does not fit the model; InputError where a node breaks the standard, or holds a size
 * that was to vary
 */
export function takeStock(
  model: Model,
  {
    shape,
    outputs,
  }: { readonly shape: ReadonlyMap<string, AskedShape>; readonly outputs?: readonly string[] | undefined },
): Stock {
  const { graph } = model;
  const opened = openSizes(model, shape);
  const fixed = fixShapes(model, shape);
  const notes = [...opened.notes, ...fixed.notes];
  if (outputs) notes.push(...reRoot(model, outputs));
  inferFixed(graph, fixed.shapes, OTHER_SIZES);
  expectOpen(model, shape, opened);
  notes.push(...compareDeclaredOutputs(model));
  notes.push(...suspectStatistics(graph), ...noteRuntimeOperators(graph));
  return {
    inputs: graph.inputs.map(describeValue),
    outputs: graph.outputs.map(describeValue),
    before: countGraph(graph),
    links: linksOf(graph),
    notes,
  };
}
