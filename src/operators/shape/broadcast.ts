import type { Dimension, Node, Shape } from '../../model/index.js';

/**
 * The shape that operands share after broadcasting (numpy's rules: axes align at the end, a 1 stretches).
 * A symbol against a number other than 1 is that number or 1, so the result is the number; two symbols give a new one.
 * @returns undefined where a rank is not known
 * @throws InputError where two sizes differ and neither is 1
 */
export function broadcast(node: Node, shapes: readonly (Shape | undefined)[]): Shape | undefined {
  const known: Shape[] = [];
  let rank = 0;
  for (const shape of shapes) {
    if (!shape) return undefined;
    known.push(shape);
    rank = Math.max(rank, shape.length);
  }
  const [first] = known;
  if (first && known.length === 1) return first;
  const result: Dimension[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let size: Dimension = 1;
    for (const shape of known) {
      const d = shape[axis - rank + shape.length];
      if (d !== undefined && d !== 1) size = size === 1 ? d : join(node, size, d, known);
    }
    result.push(size);
  }
  return result;
}

/** The shape that all operands of a node share. @throws InputError as `broadcast` does */
export function broadcastOperands(node: Node): Shape | undefined {
  return broadcast(
    node,
    node.inputs.map((value) => value?.shape),
  );
}

function join(node: Node, a: Dimension, b: Dimension, shapes: readonly Shape[]): Dimension {
  if (a === b) return a;
  if (typeof a === 'string') return typeof b === 'string' ? joined(node, a, b) : b;
  if (typeof b === 'string') return a;
  throw node.invalid(`${shapes.map((shape) => `[${shape}]`).join(' and ')} do not broadcast`);
}

/** Equal pairs of symbols give equal sizes, whichever comes first. */
function joined(node: Node, a: string, b: string): Dimension {
  return node.graph.model.derivedSymbol(`broadcast(${[a, b].sort().join(', ')})`);
}

/** @throws InputError unless `shape` broadcasts to `target` without changing it, as far as sizes are known */
export function checkUnidirectional(
  node: Node,
  shape: Shape | undefined,
  target: Shape | undefined,
  what: string,
): void {
  if (!shape || !target) return;
  const fits =
    shape.length <= target.length &&
    shape.every((d, i) => {
      const t = target[i + target.length - shape.length];
      return d === 1 || d === t || typeof d === 'string' || typeof t === 'string';
    });
  if (!fits) throw node.invalid(`${what} [${shape}] does not broadcast to [${target}]`);
}
