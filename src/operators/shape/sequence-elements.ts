import type { Node, Value } from '../../model/index.js';
import type { Facts } from '../operator.js';
import { normalizeAxis } from './axes.js';
import { constantOf } from './constants.js';
import { factsOf, shaped } from './facts.js';

/** More elements than this are not followed one by one. */
const MOST = 1024;

/**
 * What is known of the elements of a sequence, by the node that made it; undefined where their number is not known.
 * @throws InputError where a part would hold nothing
 */
export function elementsOfSequence(value: Value): readonly Facts[] | undefined {
  const maker = value.producer;
  if (maker?.is('SequenceConstruct')) return maker.inputs.map(factsOf);
  return maker?.is('SplitToSequence') ? parts(maker) : undefined;
}

function parts(node: Node): readonly Facts[] | undefined {
  const input = node.input(0);
  const { shape } = input;
  if (!shape) return undefined;
  const axis = normalizeAxis(node, node.int('axis', 0), shape.length);
  const size = shape[axis];
  if (typeof size !== 'number') return undefined;
  const sizes = sizesOf(node, size);
  if (!sizes) return undefined;
  const drops = !node.hasInput(1) && node.int('keepdims', 1) === 0;
  return sizes.map((part) => {
    const kept = shape.map((whole, at) => (at === axis ? part : whole));
    return shaped(input, drops ? kept.filter((_, at) => at !== axis) : kept);
  });
}

function sizesOf(node: Node, size: number): readonly number[] | undefined {
  const given = node.hasInput(1) ? constantOf(node.inputs[1])?.toIntegers() : [1];
  if (!given || (node.inputs[1]?.rank ?? 0) === 1) return given;
  const [part = 0] = given;
  if (part < 1) throw node.invalid(`parts of size ${part}`);
  const count = Math.ceil(size / part);
  return count > MOST ? undefined : Array.from({ length: count }, (_, index) => Math.min(part, size - index * part));
}
