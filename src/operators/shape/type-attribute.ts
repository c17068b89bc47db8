import { DATA_TYPES, type DataType, type Node } from '../../model/index.js';

/** The element type that an attribute gives by its number in `TensorProto.DataType`. @throws InputError where there is none */
export function typeAttribute(node: Node, name: string): DataType | undefined {
  const number = node.int(name, undefined);
  if (number === undefined) return undefined;
  const dtype = DATA_TYPES[number - 1];
  if (!dtype) throw node.invalid(`attribute ${name}: there is no element type ${number}`);
  return dtype;
}
