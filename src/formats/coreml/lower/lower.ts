import { type Model, type Unsupported, UnsupportedError } from '../../../model/index.js';
import { Changes } from '../../../passes/pass.js';
import { optimize } from '../../../passes/pipeline.js';
import { targetPasses } from '../../../passes/target-passes.js';
import type { Lowered, LowerOptions } from '../../format.js';
import type { CoremlOptions } from '../declaration.js';
import { VERSIONS, type Version } from '../program/data-types.js';
import type { MilProgram } from '../program/program.js';
import { labelledOutput } from './classifier.js';
import type { Float } from './constants.js';
import { lowerInputs } from './features.js';
import { fixShapes } from './fixed-shapes.js';
import { keptInFloat32 } from './kept-in-float32.js';
import { lowerNodes } from './lower-nodes.js';
import { metadataOf } from './metadata.js';
import { Names, nameValues } from './names.js';
import { ProgramBuilder } from './program-builder.js';
import { lowerResults } from './results.js';
import { Values } from './values.js';

/**
 * A model as an ML Program. Edits `model`: shapes are fixed, and arithmetic that spells a function becomes its operator.
 * @throws UnsupportedError with every node that Core ML cannot express
 */
export function lower(model: Model, options: LowerOptions & CoremlOptions): Lowered<MilProgram> {
  const { graph } = model;
  const fixed = fixShapes(model);
  expectSupported(fixed.unsupported);
  // What was arithmetic on the unknown size can be folded now.
  if (fixed.changed) optimize(model, { fuse: false });
  for (const pass of targetPasses) pass.run(graph, new Changes());

  const builder = new ProgramBuilder();
  const values = new Values(builder);
  const names = new Names();
  const inputs = lowerInputs(graph, options, { builder, values, names });
  expectSupported(inputs.unsupported);
  const labelled = options.labels && { labels: options.labels, output: labelledOutput(graph, options.labels) };

  const precision: Float = options.precision === 'fp32' ? 'fp32' : 'fp16';
  const kept = precision === 'fp16' ? keptInFloat32(graph, options.keepFp32 ?? [], options.image?.input) : new Set();
  const widened: string[] = [];
  const refused = lowerNodes(graph, builder, values, {
    floatOf: (node) => (kept.has(node) ? 'fp32' : precision),
    onWidened: (node) => widened.push(`${node.label} stays in fp32: one of its constants is beyond the range of fp16`),
  });
  expectSupported(refused);

  const results = lowerResults(graph.outputs, labelled, inputs.features, { builder, values, names });
  expectSupported(results.unsupported);
  builder.prune([...results.outputs, ...(results.classifier ? [results.classifier.probabilities] : [])]);
  nameValues(builder.operations, names);
  const ports = [...inputs.ports, ...results.ports];
  const program = {
    version: versionFor(options),
    inputs: inputs.features,
    operations: builder.operations,
    outputs: results.outputs,
    classifier: results.classifier,
    metadata: metadataOf(model, options, ports),
  };
  const renamed = ports.flatMap(({ name, artefactName }) =>
    name === artefactName ? [] : [`${name} is called ${artefactName} in the Core ML model`],
  );
  return { program, inputs: inputs.ports, outputs: results.ports, notes: [...fixed.notes, ...widened, ...renamed] };
}

/** Everything that is written here runs from iOS 15 on; the user may ask for a later one. */
function versionFor({ deploymentTarget = 'iOS15' }: CoremlOptions): Version {
  const version = VERSIONS.find((candidate) => candidate.deploymentTarget === deploymentTarget);
  if (!version) throw new Error(`no version for ${deploymentTarget}`);
  return version;
}

/** @throws UnsupportedError in one line where there is a reason; all of them are in `unsupported` */
function expectSupported(unsupported: readonly Unsupported[]): void {
  const [first] = unsupported;
  if (!first) return;
  const more = unsupported.length > 1 ? ` (and ${unsupported.length - 1} more)` : '';
  throw new UnsupportedError(
    {
      what: `Core ML cannot express ${first.operator}: ${first.reason}${more}`,
      where: first.operator === 'input' || first.operator === 'output' ? { value: first.node } : { node: first.node },
    },
    unsupported,
  );
}
