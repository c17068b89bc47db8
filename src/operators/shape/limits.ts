import { InputError, type Node } from '../../model/index.js';

/** No engine has more axes; a shape that a stranger's file computes could have millions. */
const MOST_AXES = 64;

/** More sizes, axes or parts than any honest node lists. */
const MOST_INTEGERS = 10_000;

/** @throws InputError where a result would have more axes than are read */
export function limitRank(node: Node, rank: number): void {
  if (rank > MOST_AXES) throw overLimit(node, `rank ${rank}`, MOST_AXES);
}

/** @throws InputError where an operand that lists sizes, axes or parts is longer than is read */
export function limitList(node: Node, name: string, length: number): void {
  if (length > MOST_INTEGERS) throw overLimit(node, `${name} of ${length} integers`, MOST_INTEGERS);
}

function overLimit(node: Node, what: string, most: number): InputError {
  return new InputError({
    what: `limit: ${node.operator}: ${what}, at most ${most} are read`,
    where: { node: node.label },
  });
}
