import { type Node, type Unsupported, UnsupportedError, type Value } from '../model/index.js';
import { Declined } from './decline.js';

/** Refusals are listed up to here, then counted. */
const LISTED = 10;

/** Nodes that are refused for one reason, likewise. */
const LISTED_ALIKE = 3;

/** What one target declines of a model. Reasons are collected, so that all of them are reported together. */
export class Refusals {
  readonly #target: string;
  readonly #unsupported: Unsupported[] = [];

  constructor(target: string) {
    this.#target = target;
  }

  /** Lowers a node. @returns whether it was not declined */
  node(node: Node, lower: () => void): boolean {
    return this.#attempt(node.label, node.operatorName, lower);
  }

  /** Lowers an input or output of the graph. @returns whether it was not declined */
  port(value: Value, role: 'input' | 'output', lower: () => void): boolean {
    return this.#attempt(value.name, role, lower);
  }

  /** @throws UnsupportedError with every reason so far */
  expectNone(): void {
    if (this.#unsupported.length === 0) return;
    const what = `${this.#target} cannot express it: ${listed(this.#unsupported)}`;
    throw new UnsupportedError({ what }, this.#unsupported);
  }

  #attempt(node: string, operator: string, lower: () => void): boolean {
    try {
      lower();
      return true;
    } catch (error) {
      if (!(error instanceof Declined)) throw error;
      this.#unsupported.push({ target: this.#target, node, operator, reason: error.message });
      return false;
    }
  }
}

/** Nodes that are refused alike stand together. */
function listed(unsupported: readonly Unsupported[]): string {
  const alike = new Map<string, { readonly first: Unsupported; readonly nodes: string[] }>();
  for (const each of unsupported) {
    const key = `${each.operator}\0${each.reason}`;
    const group = alike.get(key) ?? { first: each, nodes: [] };
    alike.set(key, group);
    group.nodes.push(each.node.slice(0, 120));
  }
  const groups = Array.from(alike.values(), ({ first: { operator, reason }, nodes }) => {
    return `${operator} at ${shortened(nodes, LISTED_ALIKE)} (${reason})`;
  });
  return shortened(groups, LISTED);
}

function shortened(items: readonly string[], most: number): string {
  const more = items.length > most ? [`and ${items.length - most} more`] : [];
  return [...items.slice(0, most), ...more].join(', ');
}
