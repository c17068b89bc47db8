import { decline } from '../../../lowering/decline.js';
import { type DataType, formatShape, isStatic, type Shape, type Value } from '../../../model/index.js';
import type { MilValue } from '../program/program.js';

/**
 * What an ONNX type is in a program: floats are fp16 or fp32 as the node that reads them wishes, all integers int32. Core ML
 * has no float64: what exporters leave of it in a network, as coordinates, is computed in fp32.
 */
export type MilKind = 'float' | 'int32' | 'bool';

/** @throws Declined where Core ML has no type that holds the same values */
export function milTypeOf(dtype: DataType | undefined): MilKind {
  switch (dtype) {
    case 'float64':
    case 'float32':
    case 'float16':
      return 'float';
    case 'int64':
    case 'int32':
    case 'int16':
    case 'uint16':
    case 'int8':
    case 'uint8':
      return 'int32';
    case 'bool':
      return 'bool';
    case undefined:
      return decline('the type of a value is not known');
    default:
      return decline(`Core ML has no tensors of ${dtype}`);
  }
}

/** The shape of a value, in which sizes may be open. @throws Declined where its rank is not known, or a size is 0 */
export function shapeOf({ name, shape }: Value): Shape {
  if (!shape) return decline(`the rank of ${name} is not known before the network runs`);
  if (shape.includes(0)) decline(`${name} ${formatShape(shape)} is empty; Core ML has no tensors without elements`);
  return shape;
}

/** The sizes of what an operation made. @throws Declined where one is open */
export function fixedSizes({ type: { shape } }: MilValue): readonly number[] {
  return isStatic(shape) ? shape : decline('it depends on a size that is open; fix it with --shape');
}

/** The sizes of a value. @throws Declined where one is not known or is 0 */
export function sizesOf(value: Value): readonly number[] {
  const { shape } = value;
  if (!isStatic(shape)) {
    return decline(
      `the shape of ${value.name}, ${formatShape(shape)}, is not known before the network runs; fixed sizes (--shape) may tell it`,
    );
  }
  if (shape.includes(0))
    decline(`${value.name} ${formatShape(shape)} is empty; Core ML has no tensors without elements`);
  return shape;
}
