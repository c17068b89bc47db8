/** Why a node cannot be lowered. Caught by the walk, which goes on and reports all reasons together. */
export class Declined extends Error {}

/**
 * Gives up on a node that the target cannot express. @param reason a clause that its user can read, behind the node's name
 * @throws Declined
 */
export function decline(reason: string): never {
  throw new Declined(reason);
}
