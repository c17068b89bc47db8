import type { Attribute, Bytes, Node, Value } from '../../model/index.js';
import { spelledDefaults } from '../../operators/default-attributes.js';
import type { BothConstants } from './comparison.js';
import { NotAffine, type Operand } from './row.js';

/** Whether two nodes do the same to their operands: operator and attributes, what is left out being its default. */
export function areTwins(a: Node, b: Node): boolean {
  if (a.operator !== b.operator || a.domain !== b.domain || a.opset !== b.opset) return false;
  const [first, second] = [said(a), said(b)];
  return first.size === second.size && [...first].every(([name, attribute]) => isSame(attribute, second.get(name)));
}

function said(node: Node): ReadonlyMap<string, Attribute> {
  const attributes = new Map(node.attributes);
  for (const name of spelledDefaults(node)) attributes.delete(name);
  return attributes;
}

function isSame(a: Attribute, b: Attribute | undefined): boolean {
  if (a.kind !== b?.kind) return false;
  if (a.kind === 'tensor' && b.kind === 'tensor') {
    return (
      a.value.dtype === b.value.dtype &&
      `${a.value.shape}` === `${b.value.shape}` &&
      hasSameBytes(a.value.bytes, b.value.bytes)
    );
  }
  if (a.kind === 'graph' || a.kind === 'graphs' || a.kind === 'tensors' || a.kind === 'strings') return false;
  if (a.value instanceof Uint8Array && b.value instanceof Uint8Array) return hasSameBytes(a.value, b.value);
  return `${a.value}` === `${b.value}`;
}

function hasSameBytes(a: Bytes, b: Bytes): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** One float32 rounding is half of this, as a share of the number. */
const ROUNDING = 2 ** -23;

/** Whether two constants are the same, but for the rounding of one that is computed in the source. */
export function areSameConstants(source: Value, written: Value, constants: BothConstants): boolean {
  if (source.dtype !== written.dtype) return false;
  const [a, b] = [source.constant, written.constant];
  if (a && b && `${a.shape}` === `${b.shape}`) {
    if (a.strings || b.strings)
      return (
        a.strings?.length === b.strings?.length &&
        (a.strings?.every((text, i) => hasSameBytes(text, b.strings?.[i] ?? new Uint8Array())) ?? false)
      );
    if (hasSameBytes(a.bytes, b.bytes)) return true;
  }
  try {
    return areClose(constants.source.of(source), constants.written.of(written));
  } catch (error) {
    if (error instanceof NotAffine) return false;
    throw error;
  }
}

function areClose(a: Operand | undefined, b: Operand | undefined): boolean {
  if (!a?.constant || !b?.constant || `${a.shape}` !== `${b.shape}`) return false;
  const other = b.constant;
  return a.constant.every(
    (x, i) => Object.is(x, other[i]) || Math.abs(x - (other[i] ?? 0)) <= ROUNDING * Math.abs(other[i] ?? 0),
  );
}
