import { type Graph, InputError, type Value } from '../../../model/index.js';
import { repeatedName } from '../../labels.js';
import type { Classifier, MilValue } from '../program/program.js';
import { int } from './constants.js';
import type { Building } from './features.js';
import type { ProgramBuilder } from './program-builder.js';

/** @throws InputError where a name stands for two classes */
export function expectNamesOnce(labels: readonly string[]): void {
  const repeated = repeatedName(labels);
  if (repeated !== undefined) {
    throw new InputError({
      what: `the class name "${repeated}" stands there twice, and Core ML looks probabilities up by name`,
      todo: 'give each class a name of its own',
    });
  }
}

/** The output that holds one number per label. @throws InputError where none does, several do, or names repeat */
export function labelledOutput(graph: Graph, labels: readonly string[]): Value {
  expectNamesOnce(labels);
  const fitting = graph.outputs.filter(({ shape }) => shape?.length === 2 && shape[1] === labels.length);
  const [found] = fitting;
  if (found && fitting.length === 1 && found.shape?.[0] === 1) return found;
  throw new InputError({
    what:
      fitting.length > 1
        ? `${fitting.length} outputs have as many classes as there are labels (${labels.length})`
        : `no output is [1,${labels.length}], one number for each of the labels`,
    todo: 'pick one with --outputs, or give the file of labels that belongs to this network',
  });
}

/** Turns an output into a class label and a table of probabilities. A softmax is put before, unless the output comes from one. */
export function lowerClassifier(
  output: Value,
  labels: readonly string[],
  features: Set<MilValue>,
  { builder, values, names, ends }: Building,
): Classifier {
  const labelName = names.fresh('classLabel');
  const probabilitiesName = names.fresh('classLabel_probs');
  const x = values.get(output, 'fp32');
  const isSoftmax = output.producer?.is('Softmax') ?? false;
  const probabilities = isSoftmax ? x : softmax(builder, x);
  // The source's name stays on what the source calls so; for Softmax itself that is the vector under the table.
  if (!x.name) x.name = names.own(output.name);
  features.add(x);
  ends.set(isSoftmax ? probabilitiesName : x.name, output);
  return { probabilities, labels, labelName, probabilitiesName };
}

function softmax(builder: ProgramBuilder, x: MilValue): MilValue {
  return builder.emit('softmax', { x, axis: int(-1) }, [x.type], 'probabilities')[0] ?? x;
}

/** What class names change of a model, a sentence. */
export function classNotes(classifier: Classifier | undefined, output: Value | undefined): string[] {
  if (!classifier || !output) return [];
  const { labelName, probabilitiesName } = classifier;
  const softmax = output.producer?.is('Softmax') ? '' : '; a softmax was put before';
  return [`output ${output.name} became the class ${labelName} and its probabilities ${probabilitiesName}${softmax}`];
}
