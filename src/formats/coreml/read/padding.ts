import type { OperationReader } from './operation-reader.js';

/**
 * What `pad_type` and `pad` come to, as ONNX writes it: all begins, then all ends.
 * @param extents how much the window covers along each spatial axis, holes included
 */
export function paddingOf(
  operation: OperationReader,
  extents: readonly number[],
  strides: readonly number[],
): number[] {
  const axes = extents.length;
  const kind = operation.text('pad_type', 'valid');
  const pad = operation.ints('pad', new Array<number>(2 * axes).fill(0));
  if (pad.length !== 2 * axes || pad.some((count) => count < 0)) throw operation.invalid(`pad is [${pad}]`);
  if (kind === 'custom') return [...pad.filter((_, i) => i % 2 === 0), ...pad.filter((_, i) => i % 2 === 1)];
  // Other kinds ignore `pad`: whoever gave it meant something else.
  if (pad.some((count) => count > 0)) throw operation.invalid('pad is given, and pad_type is not custom');
  if (kind === 'valid') return new Array<number>(2 * axes).fill(0);
  if (kind !== 'same' && kind !== 'same_lower') throw operation.invalid(`pad_type is ${kind}`);
  const sizes = operation.shapeOf().slice(2);
  const totals = extents.map((extent, axis) => {
    const stride = strides[axis] ?? 1;
    const size = sizes[axis] ?? 1;
    return Math.max(0, stride * Math.ceil(size / stride) - size + extent - stride);
  });
  const small = totals.map((total) => Math.floor(total / 2));
  const large = totals.map((total) => Math.ceil(total / 2));
  return kind === 'same' ? [...small, ...large] : [...large, ...small];
}

/** The same as attributes of a node of ONNX; where open sizes decide it, by the name of the rule. */
export function paddingAttributes(
  operation: OperationReader,
  extents: readonly number[],
  strides: readonly number[],
): { readonly pads: number[] } | { readonly auto_pad: string } {
  const kind = operation.text('pad_type', 'valid');
  const isOpen = operation.typeOf().shape.some((size, axis) => axis >= 2 && typeof size === 'string');
  if (!isOpen || (kind !== 'same' && kind !== 'same_lower')) return { pads: paddingOf(operation, extents, strides) };
  const pad = operation.ints('pad', []);
  if (pad.some((count) => count > 0)) throw operation.invalid('pad is given, and pad_type is not custom');
  return { auto_pad: kind === 'same' ? 'SAME_UPPER' : 'SAME_LOWER' };
}
