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

function inputFeature({ value, image }: InputFeature): MessageParts<'FeatureType'> {
  if (!image) return arrayFeature(value);
  const [height = 0, width = 0] = value.type.shape.slice(2);
  return { imageType: { width, height, colorSpace: COLOR_SPACES[image] } };
}

/** A scalar is described as a vector of one element: a feature without a shape says that its shape is not known. */
function arrayFeature({ name, type }: MilValue): MessageParts<'FeatureType'> {
  const dataType = MIL_NUMBERS[type.dtype].feature;
  if (dataType === undefined) throw new TypeError(`feature ${name} cannot be ${type.dtype}`);
  return { multiArrayType: { shape: type.shape.length > 0 ? type.shape : [1], dataType } };
}
