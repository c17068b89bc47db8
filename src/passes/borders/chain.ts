import type { Node, Value } from '../../model/index.js';
import type { Framed } from './framed.js';

/** How far readers are followed to see whether they go, too: those that only ask for a shape are few. */
const DEEPEST = 32;

/**
 * The nodes that nobody needs once nobody reads `last`: those that made its border around the image, and what only they
 * read. undefined where others read one of them half written, or the image is not what `last` was made from alone.
 */
export function chainOf(last: Value, frames: ReadonlyMap<Value, Framed>): ReadonlySet<Node> | undefined {
  const image = frames.get(last)?.image;
  const dead = new Set<Node>();
  if (last.producer) dead.add(last.producer);
  for (const node of dead) {
    for (const value of node.inputs) {
      if (!value?.producer || frames.get(value)?.image !== image) continue;
      if (!goes(value, dead, 0)) return undefined;
      dead.add(value.producer);
    }
  }
  return dead;
}

/** Whether all who read a value are dead, or are read by dead ones alone; those are then counted among them. */
function goes(value: Value, dead: Set<Node>, depth: number): boolean {
  if (value.isOutput || depth > DEEPEST) return false;
  return value.uses.every(({ node }) => {
    if (dead.has(node)) return true;
    if (node.graph !== value.graph) return false;
    const isGone = node.outputs.every((output) => !output || goes(output, dead, depth + 1));
    if (isGone) dead.add(node);
    return isGone;
  });
}
