/** Why a row cannot lower a node. Caught by the walk, which goes on and reports all reasons together. */
export class Declined extends Error {}

/** Ends a row: TensorFlow.js cannot express this node, for a reason that its user can read. */
export function decline(reason: string): never {
  throw new Declined(reason);
}
