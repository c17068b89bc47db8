import type { Attribute } from '../../model/index.js';
import { invalid, labelOf } from './invalid.js';
import type { Message } from './schema.js';

type AttributeProto = Message<'AttributeProto'>;
type Kind = Attribute['kind'] | 'sparse_tensor' | 'type_proto' | 'sparse_tensors' | 'type_protos';

/** By number, as `AttributeProto.AttributeType` has them. */
const KINDS: readonly (Kind | undefined)[] = [
  undefined,
  'float',
  'int',
  'string',
  'tensor',
  'graph',
  'floats',
  'ints',
  'strings',
  'tensors',
  'graphs',
  'sparse_tensor',
  'sparse_tensors',
  'type_proto',
  'type_protos',
];

function kindsPresent(attribute: AttributeProto): Kind[] {
  const present: Kind[] = [];
  if (attribute.f !== undefined) present.push('float');
  if (attribute.i !== undefined) present.push('int');
  if (attribute.s !== undefined) present.push('string');
  if (attribute.t) present.push('tensor');
  if (attribute.g) present.push('graph');
  if (attribute.sparseTensor) present.push('sparse_tensor');
  if (attribute.tp) present.push('type_proto');
  if (attribute.floats.length > 0) present.push('floats');
  if (attribute.ints.length > 0) present.push('ints');
  if (attribute.strings.length > 0) present.push('strings');
  if (attribute.tensors.length > 0) present.push('tensors');
  if (attribute.graphs.length > 0) present.push('graphs');
  if (attribute.sparseTensors.length > 0) present.push('sparse_tensors');
  if (attribute.typeProtos.length > 0) present.push('type_protos');
  return present;
}

/**
 * What an attribute holds. Files of IR version 1 give no type; then the one field that is set decides.
 * @throws InputError where the type is unknown, or disagrees with the fields that are set
 */
export function kindOfAttribute(attribute: AttributeProto, node: Message<'NodeProto'>): Kind {
  const fail = (what: string) => invalid(`attribute ${attribute.name ?? ''} ${what}`, { node: labelOf(node) });
  if (!attribute.name) throw fail('has no name');
  const present = kindsPresent(attribute);
  if (!attribute.type) {
    const [only] = present;
    if (!only || present.length > 1) throw fail(`has no type, and ${present.length} values`);
    return only;
  }
  const kind = KINDS[attribute.type];
  if (!kind) throw fail(`has the type ${attribute.type}, which is not known`);
  const other = present.find((found) => found !== kind);
  if (other) throw fail(`says ${kind}, but holds ${other}`);
  // An absent number, text or list is zero or empty: writers may leave those out. There is no empty tensor or graph.
  const needsValue = kind === 'tensor' || kind === 'graph' || kind === 'sparse_tensor' || kind === 'type_proto';
  if (needsValue && present.length === 0) throw fail(`says ${kind}, but holds nothing`);
  return kind;
}
