import type { Graph, Node, SourceNode } from '../model/index.js';
import type { MergedBlock } from './merged-blocks.js';

/** A set of source nodes that the algebra could join and a rule refused. */
export interface Declined {
  readonly nodes: readonly SourceNode[];
  readonly reason: string;
}

/** What the passes did to a model, for the report and for fixed points. */
export class Changes {
  /** Edits so far; a pass that leaves it as it was has found nothing to do. */
  count = 0;
  /** Blocks that one node replaces by now. */
  merged: readonly MergedBlock[] = [];
  readonly declined: Declined[] = [];
  readonly #told = new Set<string>();
  readonly notes: string[] = [];

  edited(): void {
    this.count++;
  }

  decline(nodes: readonly (Node | SourceNode)[], reason: string): void {
    const origin = mergeOrigins(nodes.map((node) => ('origin' in node ? node.origin : [node])));
    const key = `${origin.map(({ index }) => index).join()} ${reason}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.declined.push({ nodes: origin, reason });
  }

  note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text);
  }
}

/** One rewriting of the graph, in place. Running it twice changes nothing the second time. */
export interface Pass {
  /** Verb and object, as its file is called. */
  readonly name: string;
  run(graph: Graph, changes: Changes): void;
}

/** All source nodes that stand behind several nodes, each once, in the order of the source. */
export function mergeOrigins(origins: readonly (readonly SourceNode[])[]): SourceNode[] {
  return [...new Set(origins.flat())].sort((a, b) => a.index - b.index);
}
