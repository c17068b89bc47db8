import { decline } from '../../../lowering/decline.js';
import { Refusals } from '../../../lowering/refusals.js';
import { type Graph, type Model, outermostChoices, type Value } from '../../../model/index.js';
import { inferTypes } from '../../../operators/infer.js';
import { Changes } from '../../../passes/pass.js';
import { optimize } from '../../../passes/pipeline.js';
import { targetPasses } from '../../../passes/target-passes.js';
import { type About, describedAs } from '../../about.js';
import type { Lowered, LowerOptions } from '../../format.js';
import { Names } from '../../names.js';
import { type CoremlOptions, coremlDeclaration } from '../declaration.js';
import { type DeploymentTarget, VERSIONS, type Version } from '../program/data-types.js';
import type { Classifier, MilProgram } from '../program/program.js';
import { classNotes, labelledOutput } from './classifier.js';
import { type Compression, compressed } from './compress.js';
import type { Float } from './constants.js';
import { type Building, lowerInputs } from './features.js';
import { fixShapes } from './fixed-shapes.js';
import { expectFixedBoxes } from './given-boxes.js';
import { keptInFloat32 } from './kept-in-float32.js';
import { lowerNodes } from './lower-nodes.js';
import { metadataOf } from './metadata.js';
import { legalName, nameValues, trace } from './names.js';
import { paddedNote, padOutputs, rowsOf } from './padded-outputs.js';
import { ProgramBuilder } from './program-builder.js';
import { lowerResults } from './results.js';
import { nonMaxSuppression, nonMaxSuppressionOfIos17 } from './rows/non-maximum-suppression.js';
import { fixSelectedRows, type SelectedRows } from './selected-rows.js';
import { SizeBounds } from './size-bounds.js';
import { suppress, takeDetections } from './suppression.js';
import { Values } from './values.js';

/**
 * A model as an ML Program. Edits `model`: shapes are fixed, and arithmetic that spells a function becomes its operator.
 * @throws UnsupportedError with every node that Core ML cannot express
 */
export function lower(model: Model, options: LowerOptions & CoremlOptions): Lowered<MilProgram> {
  const { graph } = model;
  const refusals = new Refusals(coremlDeclaration.name);
  const fixed = fixGraph(model, options, refusals);
  const building = startBuilding(model, options, refusals);
  const { builder, ends } = building;
  const inputs = lowerInputs(graph, options, building);
  if (options.nms) expectFixedBoxes(graph, refusals);
  refusals.expectNone();
  const detections = options.nms === 'pipeline' ? takeDetections(graph, refusals) : undefined;
  refusals.expectNone();
  const labelled = options.nms ? undefined : labelledIn(graph, options);
  const selected = options.nms === 'padded' ? selectedRows(graph, refusals) : undefined;
  const widened = lowerGraph(graph, options, building, selected);

  const padded = selected && padOutputs(selected, building);
  const suppressed = detections && suppress(detections, graph, options.labels, building);
  const results = lowerResults(detections ? [] : graph.outputs, labelled, inputs, building);
  refusals.expectNone();
  const outputs = suppressed?.outputs ?? [...results.outputs, ...(padded ? [padded.count] : [])];
  builder.prune([...outputs, ...(results.classifier ? [results.classifier.probabilities] : [])]);
  nameValues(builder.operations, building.names);
  const compression = compressionOf(options);
  const { version, notes: raised } = versionFor(options, builder.needs, compression);
  if (selected) expectOneForm(selected, options, version, raised, refusals);
  const { about } = options;
  const program = {
    version,
    inputs,
    operations: compression ? compressed(builder.operations, compression, version.specification) : builder.operations,
    outputs,
    classifier: results.classifier,
    suppression: suppressed?.suppression,
    metadata: metadataOf(model, options, ends, trace(builder.operations, ends), {
      rows: padded && rowsOf(padded, ends),
      detections: suppressed?.detections,
    }),
    about,
    described: about ? describedFeatures(about, results.classifier, labelled?.output.name, ends) : new Map(),
  };
  return {
    program,
    notes: [
      ...fixed,
      ...widened,
      ...raised,
      ...classNotes(results.classifier, labelled?.output),
      ...renamedNotes(ends),
      ...(padded ? [paddedNote(padded)] : []),
      ...(suppressed?.notes ?? []),
    ],
  };
}

/**
 * Fixes shapes and makes operators of arithmetic that spells a function, in place.
 * @returns what a user should know of it
 * @throws UnsupportedError
 */
function fixGraph(model: Model, { shape }: LowerOptions, refusals: Refusals): readonly string[] {
  const fixed = fixShapes(model, refusals, shape);
  refusals.expectNone();
  // What was arithmetic on the unknown size can be folded now.
  if (fixed.changed) optimize(model, { fuse: false });
  for (const pass of targetPasses) pass.run(model.graph, new Changes());
  // Passes keep what was known of a size before they made its formula plain.
  if (outermostChoices(shape ?? new Map()).length > 0) inferTypes(model.graph);
  return fixed.notes;
}

function startBuilding(model: Model, { shape }: LowerOptions, refusals: Refusals): Building {
  const builder = new ProgramBuilder();
  return {
    builder,
    values: new Values(builder),
    names: new Names(legalName, (name) => model.isSourceName(name)),
    refusals,
    bounds: new SizeBounds(model, shape ?? new Map()),
    ends: new Map<string, Value>(),
  };
}

/** The output that class names are about, where there are some. */
function labelledIn(graph: Graph, { labels }: LowerOptions) {
  return labels && { labels, output: labelledOutput(graph, labels) };
}

/**
 * Lowers all nodes.
 * @param selected boxes in a fixed number of rows
 * @returns what stays in fp32 for its constants, a sentence each
 * @throws UnsupportedError
 */
function lowerGraph(
  graph: Graph,
  options: LowerOptions & CoremlOptions,
  building: Building,
  selected: SelectedRows | undefined,
): readonly string[] {
  // What cannot be said in fp16 is said in fp32, whose constants are the file's own bytes.
  const precision: Float = options.precision === 'fp32' || options.withoutWeights ? 'fp32' : 'fp16';
  const kept = precision === 'fp16' ? keptInFloat32(graph, options.keepFp32 ?? [], options.image?.input) : new Set();
  const suppressionRow = isOfIos17(options) ? nonMaxSuppressionOfIos17 : nonMaxSuppression;
  const widened: string[] = [];
  lowerNodes(graph, building, {
    // Boxes in pixels are too coarse in fp16 to be compared.
    floatOf: (node) => (kept.has(node) || node === selected?.node ? 'fp32' : precision),
    rowOf: (node) => (node === selected?.node ? suppressionRow : undefined),
    onWidened: (node) => widened.push(`${node.label} stays in fp32: one of its constants is beyond the range of fp16`),
  });
  building.refusals.expectNone();
  return widened;
}

function isOfIos17({ deploymentTarget = 'iOS15' }: CoremlOptions): boolean {
  return deploymentTarget > 'iOS16';
}

/** @throws UnsupportedError where a suppression was written in the form of older systems than the program needs */
function expectOneForm(
  selected: SelectedRows,
  options: CoremlOptions,
  { deploymentTarget }: Version,
  raised: readonly string[],
  refusals: Refusals,
): void {
  if (isOfIos17(options) || deploymentTarget <= 'iOS16') return;
  const reason = `its form depends on the system, and ${raised.join(', ')}; give --deployment-target ${deploymentTarget}`;
  refusals.node(selected.node, () => decline(reason));
  refusals.expectNone();
}

function renamedNotes(ends: ReadonlyMap<string, Value>): string[] {
  return [...ends].flatMap(([written, { name }]) =>
    name === written ? [] : [`${name} is called ${written} in the Core ML model`],
  );
}

/** @throws UnsupportedError where the boxes cannot be held so */
function selectedRows(graph: Graph, refusals: Refusals): SelectedRows | undefined {
  const selected = fixSelectedRows(graph, refusals);
  refusals.expectNone();
  return selected;
}

/** Of an output that became a class and a table, the description goes to the table. */
function describedFeatures(
  about: About,
  classifier: Classifier | undefined,
  labelled: string | undefined,
  ends: ReadonlyMap<string, Value>,
): ReadonlyMap<string, string> {
  const table = classifier && labelled !== undefined ? [[classifier.probabilitiesName, labelled] as const] : [];
  return describedAs(about, [...Array.from(ends, ([written, { name }]) => [written, name] as const), ...table]);
}

function compressionOf({ precision, withoutWeights }: LowerOptions): Compression | undefined {
  if (withoutWeights || precision === undefined || precision === 'fp32' || precision === 'fp16') return undefined;
  return precision;
}

/** Most that is written here runs from iOS 15 on; the user may ask for a later system, and what needs one is said. */
function versionFor(
  { deploymentTarget = 'iOS15' }: CoremlOptions,
  needs: ReadonlyMap<DeploymentTarget, string>,
  compression: Compression | undefined,
): { readonly version: Version; readonly notes: readonly string[] } {
  const all = new Map(needs);
  if (compression) all.set('iOS16', `weights in ${compression}`);
  const beyond = [...all].filter(([target]) => target > deploymentTarget);
  const isEnough = ({ deploymentTarget: target }: Version) =>
    target >= deploymentTarget && beyond.every(([needed]) => target >= needed);
  const version = VERSIONS.find(isEnough);
  if (!version) throw new Error(`no version for ${deploymentTarget}`);
  return { version, notes: beyond.map(([target, what]) => `${what} need ${target.replace('iOS', 'iOS ')}`) };
}
