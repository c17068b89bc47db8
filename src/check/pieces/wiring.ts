import type { ArtefactNode } from '../../formats/format.js';

/** What it takes to get from some values to others. */
export interface Stretch {
  /** In an order in which every value is made before it is read. */
  readonly nodes: readonly ArtefactNode[];
  /** Values that come in: those where it was told to stop, and inputs. */
  readonly reads: readonly string[];
}

/** How the values of a network follow from one another. */
export class Wiring {
  readonly nodes: readonly ArtefactNode[];
  readonly #inputs: ReadonlySet<string>;
  readonly #makers = new Map<string, ArtefactNode>();
  readonly #places = new Map<ArtefactNode, number>();
  readonly #depths = new Map<ArtefactNode, number>();

  /** @param inputs names of what is fed */
  constructor(nodes: readonly ArtefactNode[], inputs: Iterable<string>) {
    this.#inputs = new Set(inputs);
    for (const node of nodes) for (const output of node.outputs) this.#makers.set(output, node);
    this.nodes = this.#inOrder(nodes);
    for (const node of this.nodes) {
      this.#places.set(node, this.#places.size);
      const before = node.inputs.map((input) => this.depthOf(input) ?? 0);
      const isFed = node.inputs.some((input) => this.depthOf(input) !== undefined);
      if (isFed) this.#depths.set(node, 1 + Math.max(...before));
    }
  }

  makerOf(value: string): ArtefactNode | undefined {
    return this.#makers.get(value);
  }

  /** Where the node that makes a value stands in the order of all. */
  placeOf(value: string): number {
    const maker = this.#makers.get(value);
    return maker ? (this.#places.get(maker) ?? -1) : -1;
  }

  /** How many nodes lie on the longest way from an input; undefined where a value follows from no input. */
  depthOf(value: string): number | undefined {
    if (this.#inputs.has(value)) return 0;
    const maker = this.#makers.get(value);
    return maker && this.#depths.get(maker);
  }

  /** What leads to values from the nearest of `stops`, those values themselves not counted, and from inputs. */
  leadingTo(values: Iterable<string>, stops: { has(value: string): boolean }): Stretch {
    const nodes = new Set<ArtefactNode>();
    const reads = new Set<string>();
    const waiting = [...values].flatMap((value) => this.#makers.get(value) ?? []);
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      if (nodes.has(node)) continue;
      nodes.add(node);
      for (const input of node.inputs) {
        const maker = this.#makers.get(input);
        if (stops.has(input) || !maker) reads.add(input);
        else waiting.push(maker);
      }
    }
    const place = (node: ArtefactNode) => this.#places.get(node) ?? 0;
    return { nodes: [...nodes].sort((a, b) => place(a) - place(b)), reads: [...reads] };
  }

  /** Depth first from every node to the makers of what it reads, as graphs are deep. */
  #inOrder(nodes: readonly ArtefactNode[]): ArtefactNode[] {
    const done = new Set<ArtefactNode>();
    const open = new Set<ArtefactNode>();
    for (const start of nodes) {
      const stack = [start];
      for (let node = stack.pop(); node; node = stack.pop()) {
        const missing = open.has(node) ? [] : node.inputs.flatMap((input) => this.#makers.get(input) ?? []);
        const waiting = missing.filter((maker) => !done.has(maker));
        if (waiting.length === 0) {
          done.add(node);
          continue;
        }
        open.add(node);
        stack.push(node, ...waiting.reverse());
      }
    }
    return [...done];
  }
}
