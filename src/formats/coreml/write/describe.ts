import { type AskedShape, isStatic, listedShapes, outermostShapes, type Shape } from '../../../model/index.js';
import { COLOR_SPACES, MIL_NUMBERS } from '../program/data-types.js';
import type { InputFeature, MilProgram, MilValue } from '../program/program.js';
import type { MessageParts } from '../program/schema.js';

/** What an app sees of the model: its features by name and type, and what is known of its making. */
export function describe(program: MilProgram): MessageParts<'ModelDescription'> {
  const { classifier, about, described } = program;
  const feature = (name: string, type: MessageParts<'FeatureType'>) => ({
    name,
    shortDescription: described.get(name),
    type,
  });
  const output = program.outputs.map((value) => feature(value.name, arrayFeature(value)));
  const description: MessageParts<'ModelDescription'> = {
    input: program.inputs.map((input) => feature(input.value.name, inputFeature(input))),
    output,
    metadata: {
      shortDescription: about?.description,
      versionString: about?.version,
      author: about?.author,
      license: about?.license,
      userDefined: program.metadata,
    },
  };
  if (!classifier) return description;
  return {
    ...description,
    output: [
      feature(classifier.labelName, { stringType: {} }),
      feature(classifier.probabilitiesName, { dictionaryType: { stringKeyType: {} } }),
      ...output,
    ],
    predictedFeatureName: classifier.labelName,
    predictedProbabilitiesName: classifier.probabilitiesName,
  };
}

function inputFeature({ value, image, asked }: InputFeature): MessageParts<'FeatureType'> {
  const { smallest, listed, ranges } = flexibility(value, asked);
  if (!image) {
    const flexible = listed
      ? { enumeratedShapes: { shapes: listed.map((shape) => ({ shape })) } }
      : ranges && { shapeRange: { sizeRanges: ranges } };
    return { multiArrayType: { ...plainArray(value, smallest), ...flexible } };
  }
  const [height = 0, width = 0] = smallest.slice(2);
  const [heightRange, widthRange] = ranges?.slice(2) ?? [];
  const flexible = listed
    ? {
        enumeratedSizes: {
          sizes: listed.map(([, , ofHeight = 0, ofWidth = 0]) => ({ width: ofWidth, height: ofHeight })),
        },
      }
    : heightRange && widthRange && { imageSizeRange: { widthRange, heightRange } };
  return { imageType: { width, height, colorSpace: COLOR_SPACES[image], ...flexible } };
}

/** What a feature takes unless it is told more, and what else it takes. */
function flexibility({ type: { shape } }: MilValue, asked: AskedShape | undefined) {
  if (!asked) return { smallest: fixed(shape) };
  const { smallest, largest } = outermostShapes(asked);
  const ranges = smallest.map((lowerBound, axis) => ({ lowerBound, upperBound: largest[axis] ?? lowerBound }));
  return { smallest, listed: listedShapes(asked), ranges };
}

/** A scalar is described as a vector of one element: a feature without a shape says that its shape is not known. */
function fixed(shape: Shape): readonly number[] {
  if (shape.length === 0) return [1];
  return isStatic(shape) ? shape : [];
}

function arrayFeature(value: MilValue): MessageParts<'FeatureType'> {
  return { multiArrayType: plainArray(value, fixed(value.type.shape)) };
}

function plainArray({ name, type }: MilValue, shape: readonly number[]) {
  const dataType = MIL_NUMBERS[type.dtype].feature;
  if (dataType === undefined) throw new TypeError(`feature ${name} cannot be ${type.dtype}`);
  return { shape, dataType };
}
