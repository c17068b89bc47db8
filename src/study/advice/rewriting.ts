import type { Graph } from '../../model/index.js';

/** One way in which a network could be faster, made on a copy so that it can be measured. */
export interface Rewriting {
  /** By which reports call it. */
  readonly name: string;
  /** What is done, as an advice begins: verb and object. */
  readonly what: string;
  /** Whether the network computes the same afterwards; else it has to be trained so. */
  readonly isExact: boolean;
  /** Makes the change, in place. @returns in how many places; 0 leaves the graph as it was */
  rewrite(graph: Graph): number;
}
