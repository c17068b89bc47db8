/** Thrown by a row that cannot express a node; `lower` collects the reasons and reports all of them together. */
export class Declined extends Error {}

/** Thrown where a constant would leave the range of fp16; the node is then lowered again in fp32. */
export class LeavesHalf extends Error {}

/** Gives up on a node. @param reason a clause that completes "node X (Operator): …" */
export function decline(reason: string): never {
  throw new Declined(reason);
}
