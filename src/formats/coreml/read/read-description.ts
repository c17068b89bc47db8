import {
  type AskedShape,
  type AskedSize,
  admits,
  type Dimension,
  formatShape,
  isFlexible,
  isStatic,
  type Shape,
} from '../../../model/index.js';
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
    const wanted = [1, channels, image.height ?? 0, image.width ?? 0];
    const asked = flexibleShape(type);
    if (!mayHave(expected.shape, wanted, asked)) {
      throw damaged(`the image is [${wanted}], the program takes ${formatShape(expected.shape)}`, name);
    }
    return;
  }
  if (!array) throw damaged('it is described as neither tensor nor image', name);
  if (array.dataType !== MIL_NUMBERS[expected.dtype].feature) {
    throw damaged(`the description says type ${array.dataType}, the program ${expected.dtype}`, name);
  }
  const wanted = expected.shape.length > 0 ? expected.shape : [1];
  // Of an output whose sizes are open nothing need be said.
  if (kind === 'output' && array.shape.length === 0 && !isStatic(wanted)) return;
  if (!mayHave(wanted, array.shape, kind === 'input' ? flexibleShape(type) : wanted.map(() => ANY))) {
    throw damaged(`the description says [${array.shape}], the program ${formatShape(expected.shape)}`, name);
  }
}

const ANY: AskedSize = { least: 1, most: Number.MAX_SAFE_INTEGER };

/** Whether the program takes what the description says first, and leaves open what that says to vary, and nothing else. */
function mayHave(shape: Shape, said: ArrayLike<number>, asked: AskedShape | undefined): boolean {
  const first = Array.from(said);
  if (first.length !== shape.length) return false;
  const isLeftOpen = (size: Dimension, axis: number) =>
    typeof size === 'number' ? size === first[axis] : isFlexible(asked?.[axis] ?? 0);
  const keepsFixed = asked?.every((size, axis) => isFlexible(size) || size === first[axis]) ?? true;
  return shape.every(isLeftOpen) && keepsFixed && (!asked || admits(asked, first));
}

/** Which sizes the description of a feature lets vary, of all its axes; undefined where it lets none. */
export function flexibleShape(type: Message<'FeatureType'> | undefined): AskedShape | undefined {
  const { imageType: image, multiArrayType: array } = type ?? {};
  const channels = CHANNELS.get(image?.colorSpace ?? 0) ?? 0;
  if (array?.shapeRange) return array.shapeRange.sizeRanges.map(rangeOf);
  if (image?.imageSizeRange) {
    const { heightRange, widthRange } = image.imageSizeRange;
    return [1, channels, rangeOf(heightRange), rangeOf(widthRange)];
  }
  const listed =
    array?.enumeratedShapes?.shapes.map(({ shape }) => Array.from(shape)) ??
    image?.enumeratedSizes?.sizes.map(({ height = 0, width = 0 }) => [1, channels, height, width]);
  const [first] = listed ?? [];
  return first?.map((size, axis) => {
    const sizes = listed?.map((shape) => shape[axis] ?? 0) ?? [];
    return sizes.every((each) => each === size) ? size : sizes;
  });
}

/** An upper end below 0 is none. */
function rangeOf(range: Message<'SizeRange'> | undefined): AskedSize {
  const { lowerBound = 0, upperBound = 0 } = range ?? {};
  if (lowerBound === upperBound) return lowerBound;
  return { least: Math.max(lowerBound, 1), most: upperBound < 0 ? Number.MAX_SAFE_INTEGER : upperBound };
}
