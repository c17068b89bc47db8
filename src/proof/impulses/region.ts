import type { Dimension, Graph, Node, Value } from '../../model/index.js';
import { NotAffine } from './row.js';
import { rowOf } from './rows/index.js';

/** The nodes between some values, which are its operands, and one result. */
export interface Region {
  readonly operands: readonly Value[];
  readonly target: Value;
  /** In the order in which they run. Nodes that make constants are not among them. */
  readonly nodes: readonly Node[];
  /** Of nodes that add several values up: which operands count; absent: all. */
  readonly kept?: ReadonlyMap<Node, ReadonlySet<number>>;
}

/** A graph whose nodes are asked for what lies between values, again and again. */
export class Regions {
  readonly #positions = new Map<Node, number>();
  /** Values that no input has a say in. */
  readonly #constants = new Set<Value>();

  constructor(graph: Graph) {
    for (const [position, node] of graph.sorted().entries()) {
      this.#positions.set(node, position);
      const isConstant = readBy(node).every((value) => this.isConstant(value));
      if (!isConstant || !rowOf(node)) continue;
      for (const value of node.outputs) if (value) this.#constants.add(value);
    }
  }

  isConstant(value: Value): boolean {
    return value.constant !== undefined || areKnown(value.elements) || this.#constants.has(value);
  }

  /** The value that is made last; undefined where all are inputs. */
  lastOf(values: readonly Value[]): Value | undefined {
    const position = ({ producer }: Value) => (producer && this.#positions.get(producer)) ?? -1;
    const [last] = values.filter(({ producer }) => producer).sort((a, b) => position(b) - position(a));
    return last;
  }

  /**
   * What makes `target` of values for which `isEnd` holds.
   * @throws NotAffine where it depends on an input besides, or through a node that no row says anything of
   */
  before(target: Value, isEnd: (value: Value) => boolean): Region {
    const ends = new Set<Value>();
    const nodes = this.#walk(target, (value) => {
      if (this.isConstant(value)) return true;
      if (isEnd(value)) ends.add(value);
      return ends.has(value);
    });
    return { operands: [...ends], target, nodes };
  }

  /** The nodes that make a constant. */
  ofConstant(target: Value): readonly Node[] {
    return this.#walk(target, (value) => value.constant !== undefined || areKnown(value.elements));
  }

  #walk(target: Value, isEnd: (value: Value) => boolean): Node[] {
    const found = new Set<Node>();
    const open = [target];
    for (let value = open.pop(); value; value = open.pop()) {
      if (isEnd(value)) continue;
      const node = value.producer;
      if (!node) throw new NotAffine(`it depends on ${value.name} besides`);
      if (!rowOf(node)) throw new NotAffine(`${node.label} (${node.operatorName}) is not known to be affine`);
      if (found.has(node)) continue;
      found.add(node);
      open.push(...readBy(node));
    }
    return [...found].sort((a, b) => (this.#positions.get(a) ?? 0) - (this.#positions.get(b) ?? 0));
  }
}

/** The operands whose elements a node reads. */
function readBy(node: Node): Value[] {
  const reads = rowOf(node)?.reads;
  return node.inputs.flatMap((value, index) => (value && (!reads || reads.includes(index)) ? [value] : []));
}

/** Whether inference knows all elements, as it does of sizes. */
export function areKnown(elements: readonly Dimension[] | undefined): elements is readonly number[] {
  return elements?.every((element) => typeof element === 'number') ?? false;
}
