import { isStatic, sizeOf } from '../../../model/index.js';
import { FLOAT64 } from '../program/data-types.js';
import type { Message } from '../program/schema.js';
import { damaged } from './damaged.js';
import type { Operand } from './operand.js';
import { readName, readType } from './read-values.js';

/** What `classify` makes of a vector of probabilities. */
export interface ReadClassifier {
  readonly labels: readonly string[];
  readonly probabilities: Operand;
  readonly labelName: string;
  readonly probabilitiesName: string;
}

/** @throws InputError unless it has as many labels as probabilities, and a label and a table for results */
export function readClassifier(
  { inputs, outputs }: Message<'Operation'>,
  operandOf: (name: string) => Operand,
): ReadClassifier {
  const bindings = (name: string) => inputs.get(name)?.arguments ?? [];
  const [probability] = bindings('probabilities');
  const [bound] = bindings('classes');
  const list = bound?.value?.immediateValue?.list;
  if (inputs.size !== 2 || !probability?.name || !list)
    throw damaged('classify takes probabilities and a list of classes');
  const labels = list.values.map((value) => {
    const text = value.immediateValue?.tensor?.strings?.values[0];
    if (text === undefined) throw damaged('a class of classify is no text');
    return text;
  });
  const probabilities = operandOf(probability.name);
  if (probabilities.type.dtype !== 'fp32') throw damaged('the probabilities of classify are not fp32');
  const { shape } = probabilities.type;
  if (!isStatic(shape)) throw damaged('the number of probabilities of classify is open');
  const count = sizeOf(shape);
  const length = bound?.value?.type?.listType?.length?.constant?.size;
  if (labels.length !== count || length !== count) {
    throw damaged(`classify has ${labels.length} classes (${length} by their type) for ${count} probabilities`);
  }
  const [label, table, ...more] = outputs;
  const labelType = readType(label?.type, 'classify');
  const pair = table?.type?.dictionaryType;
  const keys = readType(pair?.keyType, 'classify');
  const isPlain = labelType.dtype === 'string' && labelType.shape.length === 0 && keys.dtype === 'string';
  if (!isPlain || more.length > 0 || pair?.valueType?.tensorType?.dataType !== FLOAT64) {
    throw damaged('classify makes a label and a table of probabilities');
  }
  return {
    labels,
    probabilities,
    labelName: readName(label?.name, 'a label'),
    probabilitiesName: readName(table?.name, 'a table'),
  };
}
