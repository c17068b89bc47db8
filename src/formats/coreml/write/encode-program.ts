import { sizeOf } from '../../../model/index.js';
import { FLOAT64, MIL_NUMBERS, PACKED_BITS } from '../program/data-types.js';
import type { Classifier, Constant, MilOperation, MilProgram } from '../program/program.js';
import type { MessageParts } from '../program/schema.js';
import type { BlobWriter } from './blob-writer.js';
import { bytesOf, immediate, named as namedType, tensorType, text } from './encode-types.js';

/** From this many elements on coremltools lays floats into weight.bin; so do we, as that is what is known to load. */
const FEWEST_IN_BLOB = 10;

/** The program as a message; large constants go to `blobs`. */
export function encodeProgram(program: MilProgram, blobs: BlobWriter): MessageParts<'Program'> {
  const { opset } = program.version;
  const operations = program.operations.map((operation) => encodeOperation(operation, blobs));
  const { classifier } = program;
  if (classifier) operations.push(classify(classifier));
  const block: MessageParts<'Block'> = {
    outputs: [
      ...(classifier ? [classifier.labelName, classifier.probabilitiesName] : []),
      ...program.outputs.map((value) => value.name),
    ],
    operations,
  };
  const main: MessageParts<'Function'> = {
    inputs: program.inputs.map(({ value }) => namedType(value)),
    opset,
    blockSpecializations: new Map([[opset, block]]),
  };
  return { version: 1, functions: new Map([['main', main]]) };
}

function encodeOperation(
  { type, inputs, outputs, attributes: held, bound }: MilOperation,
  blobs: BlobWriter,
): MessageParts<'Operation'> {
  const [first] = outputs;
  if (!first) throw new Error(`operation ${type} has no output`);
  const attributes = new Map([['name', text(first.name)]]);
  if (held) for (const [name, constant] of held) attributes.set(name, encodeConstant(constant, blobs));
  else if (first.constant && !bound) attributes.set('val', encodeConstant(first.constant, blobs));
  const named = Array.from(
    inputs,
    ([key, values]) => [key, { arguments: values.map((value) => ({ name: value.name })) }] as const,
  );
  const inPlace = Array.from(
    bound ?? [],
    ([key, constant]) => [key, { arguments: [{ value: encodeConstant(constant, blobs) }] }] as const,
  );
  return {
    type,
    inputs: new Map<string, MessageParts<'Argument'>>([...named, ...inPlace]),
    outputs: outputs.map(namedType),
    attributes,
  };
}

function encodeConstant(constant: Constant, blobs: BlobWriter): MessageParts<'Value'> {
  const { dtype, data } = constant;
  if (typeof data === 'string' || MIL_NUMBERS[dtype].blob === undefined || data.length < FEWEST_IN_BLOB) {
    return immediate(constant);
  }
  const offset = blobs.add(dtype, bytesOf(data), paddingOf(constant));
  return { type: tensorType(constant), blobFileValue: { fileName: blobs.fileName, offset } };
}

/** Bits of the last byte that belong to no element. */
function paddingOf({ dtype, shape, data }: Constant): number {
  const bits = PACKED_BITS.get(dtype);
  return bits === undefined ? 0 : 8 * data.length - bits * sizeOf(shape);
}

/** The last operation of a classifier. Its class names are the one argument that coremltools itself binds in place. */
function classify({ probabilities, labels, labelName, probabilitiesName }: Classifier): MessageParts<'Operation'> {
  const label = tensorType({ dtype: 'string', shape: [] });
  const classes: MessageParts<'Value'> = {
    type: { listType: { type: label, length: { constant: { size: labels.length } } } },
    immediateValue: { list: { values: labels.map(text) } },
  };
  const probability: MessageParts<'ValueType'> = { tensorType: { dataType: FLOAT64 } };
  return {
    type: 'classify',
    inputs: new Map([
      ['probabilities', { arguments: [{ name: probabilities.name }] }],
      ['classes', { arguments: [{ value: classes }] }],
    ]),
    outputs: [
      { name: labelName, type: label },
      { name: probabilitiesName, type: { dictionaryType: { keyType: label, valueType: probability } } },
    ],
    attributes: new Map([['name', text('classify')]]),
  };
}
