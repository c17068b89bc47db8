import { MIL_NUMBERS } from '../program/data-types.js';
import { DETECTOR_FEATURES as NAMES, type Suppression } from '../program/program.js';
import type { MessageParts } from '../program/schema.js';

/** A model of an ML Program. */
interface ProgramModel {
  readonly specificationVersion: number;
  readonly description: MessageParts<'ModelDescription'>;
  readonly mlProgram: MessageParts<'Program'>;
}

/** A pipeline of a program and the suppression behind it. What an app sees is in the description of the whole. */
export function pipelineOf(program: ProgramModel, suppression: Suppression): MessageParts<'Model'> {
  const { specificationVersion, description } = program;
  const { metadata, input = [], output = [] } = description;
  const thresholds = [threshold(NAMES.iouThreshold), threshold(NAMES.confidenceThreshold)];
  const found = [boxes(NAMES.confidence, suppression.classes, suppression), boxes(NAMES.coordinates, 4, suppression)];
  const [confidence, coordinates] = Array.from(output, (feature) => ('name' in feature ? feature.name : undefined));
  return {
    specificationVersion,
    description: { input: [...Array.from(input), ...thresholds], output: found, metadata },
    pipeline: {
      models: [
        { ...program, description: { input, output } },
        {
          specificationVersion,
          description: { input: [...Array.from(output), ...thresholds], output: found },
          nonMaximumSuppression: {
            pickTop: { perClass: suppression.perClass },
            stringClassLabels: { vector: suppression.labels ?? numbered(suppression.classes) },
            iouThreshold: suppression.iouThreshold,
            confidenceThreshold: suppression.confidenceThreshold,
            confidenceInputFeatureName: confidence,
            coordinatesInputFeatureName: coordinates,
            iouThresholdInputFeatureName: NAMES.iouThreshold,
            confidenceThresholdInputFeatureName: NAMES.confidenceThreshold,
            confidenceOutputFeatureName: NAMES.confidence,
            coordinatesOutputFeatureName: NAMES.coordinates,
          },
        },
      ],
      names: ['program', 'suppression'],
    },
  };
}

/** Names of classes that have none. */
const numbered = (classes: number): string[] => Array.from({ length: classes }, (_, index) => String(index));

function threshold(name: string): MessageParts<'FeatureDescription'> {
  return {
    name,
    shortDescription: 'in place of the one that the model was written with',
    type: { doubleType: {}, isOptional: true },
  };
}

/** Rows of as many boxes as are left, at most the number that the graph gives. */
function boxes(name: string, width: number, { most }: Suppression): MessageParts<'FeatureDescription'> {
  const sizeRanges = [
    { lowerBound: 0, upperBound: most },
    { lowerBound: width, upperBound: width },
  ];
  return { name, type: { multiArrayType: { dataType: MIL_NUMBERS.fp32.feature, shapeRange: { sizeRanges } } } };
}
