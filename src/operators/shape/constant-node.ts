import { type Attribute, type Node, Tensor } from '../../model/index.js';

/** Every attribute that can hold the value, and the kind it must have. */
const FORMS: ReadonlyMap<string, Attribute['kind']> = new Map([
  ['value', 'tensor'],
  ['value_int', 'int'],
  ['value_ints', 'ints'],
  ['value_float', 'float'],
  ['value_floats', 'floats'],
  ['value_string', 'string'],
  ['value_strings', 'strings'],
  ['sparse_value', 'raw'],
]);
const NO_BYTES = new Uint8Array();

/**
 * The tensor that a `Constant` node gives; undefined where it is sparse.
 * @throws InputError where the node has not exactly one value
 */
export function tensorOfConstant(node: Node): Tensor | undefined {
  const forms = [...FORMS].filter(([name]) => node.attributes.has(name));
  const [form] = forms;
  if (!form || forms.length > 1) throw node.invalid(`has ${forms.length} values, not 1`);
  const [name, kind] = form;
  const found = node.attributes.get(name);
  if (found?.kind !== kind) throw node.invalid(`attribute ${name} is ${found?.kind}, not ${kind}`);
  switch (found.kind) {
    case 'tensor':
      return found.value;
    case 'int':
      return Tensor.fromBigInts('int64', [], [BigInt(found.value)]);
    case 'ints':
      return Tensor.fromBigInts('int64', [found.value.length], found.value.map(BigInt));
    case 'float':
      return Tensor.from('float32', [], [found.value]);
    case 'floats':
      return Tensor.from('float32', [found.value.length], found.value);
    case 'string':
      return new Tensor('string', [], NO_BYTES, [found.value]);
    case 'strings':
      return new Tensor('string', [found.value.length], NO_BYTES, found.value);
    default:
      return undefined;
  }
}
