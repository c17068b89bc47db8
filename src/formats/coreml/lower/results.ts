import type { Value } from '../../../model/index.js';
import type { Port } from '../../format.js';
import type { Classifier, InputFeature, MilValue } from '../program/program.js';
import { lowerClassifier } from './classifier.js';
import { type Building, lowerOutput } from './features.js';

/** The results of a program, and what they are to the source. */
export interface Results {
  readonly outputs: readonly MilValue[];
  readonly classifier: Classifier | undefined;
  readonly ports: readonly Port[];
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
  const ports: Port[] = [];
  let classifier: Classifier | undefined;
  building.builder.enter([]);
  for (const output of outputs) {
    building.refusals.port(output, 'output', () => {
      if (labelled?.output === output) {
        const lowered = lowerClassifier(output, labelled.labels, features, building);
        classifier = lowered.classifier;
        ports.push(lowered.port);
      } else {
        const value = lowerOutput(output, features, building);
        made.push(value);
        const dtype = value.type.dtype === 'int32' ? 'int32' : 'float32';
        ports.push({ name: output.name, artefactName: value.name, dtype });
      }
    });
  }
  return { outputs: made, classifier, ports };
}
