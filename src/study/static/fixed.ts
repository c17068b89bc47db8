import type { DataType, Value } from '../../model/index.js';

/** Numbers that are known before anything runs. */
export interface Fixed {
  readonly dtype: DataType;
  readonly size: number;
  readonly rank: number;
  readonly byteLength: number;
}

/** What is known before anything runs of a value: an initializer, or what a `Constant` node holds; undefined where it is computed. */
export function fixedOf({ constant, producer }: Value): Fixed | undefined {
  if (constant) return described(constant);
  if (!producer?.is('Constant')) return undefined;
  for (const attribute of producer.attributes.values()) {
    if (attribute.kind === 'tensor') return described(attribute.value);
  }
  // Numbers of an expression, written as attributes.
  return { dtype: 'float32', size: 0, rank: 0, byteLength: 0 };
}

function described({ dtype, size, shape, byteLength }: NonNullable<Value['constant']>): Fixed {
  return { dtype, size, rank: shape.length, byteLength };
}
