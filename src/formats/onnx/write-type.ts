import { type Bytes, DATA_TYPES, type DataType, type DeclaredType, type Shape } from '../../model/index.js';
import type { MessageParts } from './schema.js';

/** The number of an element type in `TensorProto.DataType`. */
export function numberOf(dtype: DataType): number {
  return DATA_TYPES.indexOf(dtype) + 1;
}

/** What the file calls a size that is no number; undefined where nobody named it. */
export type NameOfSize = (symbol: string) => string | undefined;

/** A type as the file says it; undefined where nothing is known. Sizes that nobody named are dimensions without a value. */
export function encodeType(
  { dtype, shape, otherType }: DeclaredType,
  nameOf: NameOfSize,
): MessageParts<'TypeProto'> | Bytes | undefined {
  if (otherType) return otherType;
  if (!dtype) return undefined;
  const dim = shape?.map((d) => {
    if (typeof d === 'number') return { dimValue: d };
    const name = nameOf(d);
    return name === undefined ? {} : { dimParam: name };
  });
  return { tensorType: { elemType: numberOf(dtype), ...(dim && { shape: { dim } }) } };
}

/**
 * What is known of an output, completed by what the source declared: its names for sizes that inference could not name,
 * and its types where an operator is not known.
 */
export function completeType(
  known: DeclaredType,
  declared: DeclaredType | undefined,
  nameOf: NameOfSize,
): DeclaredType {
  if (!declared) return known;
  if (!known.dtype) return { ...declared, ...(known.otherType && { otherType: known.otherType }) };
  return { dtype: known.dtype, shape: completeShape(known.shape, declared.shape, nameOf) };
}

function completeShape(known: Shape | undefined, declared: Shape | undefined, nameOf: NameOfSize): Shape | undefined {
  if (!known || !declared) return known ?? declared;
  if (known.length !== declared.length) return known;
  return known.map((d, axis) => {
    const said = declared[axis];
    return typeof d === 'string' && nameOf(d) === undefined && typeof said === 'string' ? said : d;
  });
}
