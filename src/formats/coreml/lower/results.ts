import type { Value } from '../../../model/index.js';
import type { Classifier, InputFeature, MilValue } from '../program/program.js';
import { lowerClassifier } from './classifier.js';
import { type Building, lowerOutput } from './features.js';

/** The results of a program. */
export interface Results {
  readonly outputs: readonly MilValue[];
  readonly classifier: Classifier | undefined;
}

/** Turns the graph's outputs into features; the labelled one into a class and its probabilities. */
export function lowerResults(
  outputs: readonly Value[],
  labelled: { readonly labels: readonly string[]; readonly output: Value } | undefined,
  inputs: readonly InputFeature[],
  building: Building,
): Results {
  const features = new Set(inputs.map(({ value }) => value));
  const made: MilValue[] = [];
  let classifier: Classifier | undefined;
  building.builder.enter([]);
  for (const output of outputs) {
    building.refusals.port(output, 'output', () => {
      if (labelled?.output === output) {
        classifier = lowerClassifier(output, labelled.labels, features, building);
      } else made.push(lowerOutput(output, features, building));
    });
  }
  return { outputs: made, classifier };
}
