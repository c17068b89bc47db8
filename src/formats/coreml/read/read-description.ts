import { COLOR_SPACES, LEGAL_NAME, MIL_NUMBERS } from '../program/data-types.js';
import type { MilType } from '../program/program.js';
import type { Message } from '../program/schema.js';
import { damaged } from './damaged.js';

const CHANNELS: ReadonlyMap<number, number> = new Map([
  [COLOR_SPACES.gray, 1],
  [COLOR_SPACES.rgb, 3],
  [COLOR_SPACES.bgr, 3],
]);

/** What the program says of a feature that the description must say too. */
export type Features = ReadonlyMap<string, MilType | 'label' | 'probabilities'>;

/**
 * Holds the description, which apps read, against the program, which runs: a difference between the two is found by nobody
 * else before a phone refuses the model.
 */
export function checkDescription(description: Message<'ModelDescription'>, inputs: Features, outputs: Features): void {
  checkFeatures(description.input, inputs, 'input');
  checkFeatures(description.output, outputs, 'output');
  for (const name of inputs.keys()) if (outputs.has(name)) throw damaged('an input and an output share a name', name);
  const named = (kind: 'label' | 'probabilities') => [...outputs].find(([, type]) => type === kind)?.[0] ?? '';
  if ((description.predictedFeatureName ?? '') !== named('label')) {
    throw damaged('predictedFeatureName is not the label of the program');
  }
  if ((description.predictedProbabilitiesName ?? '') !== named('probabilities')) {
    throw damaged('predictedProbabilitiesName is not the table of the program');
  }
}

function checkFeatures(features: readonly Message<'FeatureDescription'>[], types: Features, kind: string): void {
  const described = features.map(({ name = '' }) => name).join();
  const computed = [...types.keys()].join();
  if (described !== computed) throw damaged(`the description has the ${kind}s ${described}, the program ${computed}`);
  for (const { name = '', type } of features) {
    if (!LEGAL_NAME.test(name)) throw damaged(`${JSON.stringify(name)} is no name`);
    const expected = types.get(name);
    if (expected === 'label') {
      if (!type?.stringType) throw damaged('the label is described as something else', name);
    } else if (expected === 'probabilities') {
      if (!type?.dictionaryType?.stringKeyType)
        throw damaged('the probabilities are described as something else', name);
    } else if (expected) checkTensor(name, type, expected, kind);
  }
}

function checkTensor(name: string, type: Message<'FeatureType'> | undefined, expected: MilType, kind: string): void {
  const { imageType: image, multiArrayType: array } = type ?? {};
  if (image && kind === 'input') {
    const channels = CHANNELS.get(image.colorSpace ?? 0);
    if (!channels) throw damaged(`colour space ${image.colorSpace} is not known`, name);
    const wanted = [1, channels, image.height, image.width];
    if (wanted.join() !== expected.shape.join()) {
      throw damaged(`the image is [${wanted}], the program takes [${expected.shape}]`, name);
    }
    return;
  }
  if (!array) throw damaged('it is described as neither tensor nor image', name);
  if (array.dataType !== MIL_NUMBERS[expected.dtype].feature) {
    throw damaged(`the description says type ${array.dataType}, the program ${expected.dtype}`, name);
  }
  const wanted = expected.shape.length > 0 ? expected.shape : [1];
  if (array.shape.join() !== wanted.join()) {
    throw damaged(`the description says [${array.shape}], the program [${expected.shape}]`, name);
  }
}
