import { copyGraph } from './copy.js';
import type { DataType } from './data-type.js';
import { Graph } from './graph.js';
import { type Dimension, isAnonymous, type Shape } from './shape.js';
import type { Bytes } from './tensor.js';

/** What a reader says of a file beside its graph; kept so that a writer can say it again. */
export interface Provenance {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly domain: string;
  readonly modelVersion: bigint;
  readonly docString: string;
}

/** What a file says of a value's type, as far as it does. */
export interface DeclaredType {
  readonly dtype?: DataType | undefined;
  readonly shape?: Shape | undefined;
  /** A type that is no dense tensor, as encoded `TypeProto`. */
  readonly otherType?: Bytes | undefined;
}

/**
 * What an axis whose size is not known is taken to be at most. It decides whether arithmetic on sizes can wrap: a product of
 * three stays within int64, and one by up to 1024 within int32.
 */
const LONGEST_AXIS = 2 ** 21 - 1;

/** A size as another and a number; a number has no other. */
export interface Shifted {
  readonly base: string | undefined;
  readonly offset: number;
}

const UNKNOWN: Provenance = {
  irVersion: 8,
  producerName: '',
  producerVersion: '',
  domain: '',
  modelVersion: 0n,
  docString: '',
};

/** A whole model: one graph, the operator sets it is written in, and what the file said of itself. */
export class Model {
  readonly graph: Graph;
  /** Domain to version; `''` is ONNX's own. */
  readonly opsets: Map<string, number>;
  readonly metadata: Map<string, string>;
  provenance: Provenance;
  /** What inputs and outputs of the graph are, in words, by name. */
  readonly described = new Map<string, string>();
  /** What the file declared of its outputs, by name: dimension names that inference cannot know, types it cannot find. */
  readonly declaredOutputs = new Map<string, DeclaredType>();
  /** What the reader assumed, dropped or raised, a sentence each. */
  readonly notes: string[] = [];
  readonly #names = new Set<string>();
  /** What the source calls its values: a value bears one of these names only where it equals that value. */
  readonly #sourceNames = new Set<string>();
  readonly #nextSuffix = new Map<string, number>();
  readonly #derived = new Map<string, string>();
  readonly #formulas = new Set<string>();
  /** What the symbols for formulas come to at most; all others stand for an axis. */
  readonly #largest = new Map<string, number>();
  /** What symbols come to at least, of those of which more is known than that they are no size below 0. */
  readonly #least = new Map<string, number>();
  /** Symbols that are another and a number. */
  readonly #shifted = new Map<string, Shifted>();
  /** Symbols that are two others together. */
  readonly #sums = new Map<string, readonly [string, string]>();
  /** Symbols that may become smaller where a size that they follow from becomes larger. */
  readonly #unsteady = new Set<string>();
  readonly #dimensionNames = new Map<string, string>();
  #nextSymbol = 1;

  constructor(parts: {
    readonly opsets: Map<string, number>;
    readonly metadata?: Map<string, string>;
    readonly provenance?: Provenance;
  }) {
    this.opsets = parts.opsets;
    this.metadata = parts.metadata ?? new Map();
    this.provenance = parts.provenance ?? UNKNOWN;
    this.graph = new Graph(this);
  }

  /** Version of ONNX's own operator set. */
  get opset(): number {
    return this.opsets.get('') ?? 0;
  }

  /** Marks a name as used, so that `freshName` never gives it again. */
  takeName(name: string): void {
    this.#names.add(name);
  }

  /** `base`, or `base_2`, `base_3`, … where that is taken; the same on every run. */
  freshName(base: string): string {
    let name = base;
    while (this.#names.has(name)) {
      const suffix = this.#nextSuffix.get(base) ?? 2;
      this.#nextSuffix.set(base, suffix + 1);
      name = `${base}_${suffix}`;
    }
    this.#names.add(name);
    return name;
  }

  /** Marks the name of a value of the source. */
  addSourceName(name: string): void {
    this.#sourceNames.add(name);
  }

  isSourceName(name: string): boolean {
    return this.#sourceNames.has(name);
  }

  /** A symbol for a size that nobody named. */
  freshSymbol(): string {
    return `?${this.#nextSymbol++}`;
  }

  /** Whether a size is a symbol that `freshSymbol` has given since it gave `earlier`. */
  isFresherSymbol(size: Dimension, earlier: string): boolean {
    return isAnonymous(size) && Number(String(size).slice(1)) > Number(earlier.slice(1));
  }

  /**
   * A symbol for a size that the file calls by this name. Equal names are a hint, no law: exporters write one name, or `?`,
   * for height and width, and engines run unlike sizes. So each place gets a symbol of its own, the first one the name itself.
   */
  namedSymbol(name: string): string {
    const isTaken = isAnonymous(name) || this.#dimensionNames.has(name);
    const symbol = isTaken ? this.freshSymbol() : name;
    this.#dimensionNames.set(symbol, name);
    return symbol;
  }

  /** What the file calls a size; undefined where nobody named it. */
  dimensionName(symbol: string): string | undefined {
    return this.#dimensionNames.get(symbol) ?? (isAnonymous(symbol) ? undefined : symbol);
  }

  /**
   * The symbol for what `expression` comes to: the same whenever the same is asked, so that equal sizes are seen as equal.
   * A symbol is a size, so an expression that could be negative has none.
   * @param largest what it comes to at most
   * @param least what it comes to at least
   */
  derivedSymbol(expression: string, largest = LONGEST_AXIS, least = 0): string {
    const known = this.#derived.get(expression);
    // More may be known by now of what it follows from.
    if (known) this.bound(known, Math.max(this.leastOf(known), least), Math.min(this.largestOf(known), largest));
    if (known) return known;
    const symbol = this.freshSymbol();
    this.#derived.set(expression, symbol);
    this.#formulas.add(symbol);
    this.bound(symbol, least, largest);
    if (expression.match(/\?\d+/g)?.some((part) => this.#unsteady.has(part))) this.#unsteady.add(symbol);
    return symbol;
  }

  /** Whether a size is the symbol for a formula. */
  isDerived(size: Dimension): boolean {
    return typeof size === 'string' && this.#formulas.has(size);
  }

  /** The symbol for a size and a number, which together are no size below 0. */
  shiftedSymbol(base: string, offset: number): string {
    const symbol = this.derivedSymbol(
      `${base} + ${offset}`,
      this.largestOf(base) + offset,
      Math.max(this.leastOf(base) + offset, 0),
    );
    this.#shifted.set(symbol, { base, offset });
    return symbol;
  }

  /** The symbol for two sizes together. */
  sumSymbol(a: string, b: string): string {
    const [first, second] = b < a ? [b, a] : [a, b];
    const symbol = this.derivedSymbol(
      `${first} + ${second}`,
      this.largestOf(a) + this.largestOf(b),
      this.leastOf(a) + this.leastOf(b),
    );
    this.#sums.set(symbol, [a, b]);
    return symbol;
  }

  /** What is left of a sum of two sizes without one of them; undefined where it is none of them. */
  restOfSum(sum: string, term: string): string | undefined {
    const [a, b] = this.#sums.get(sum) ?? [];
    return term === a ? b : term === b ? a : undefined;
  }

  /** A size as another and a number. */
  partsOf(size: Dimension): Shifted {
    if (typeof size === 'number') return { base: undefined, offset: size };
    return this.#shifted.get(size) ?? { base: size, offset: 0 };
  }

  /**
   * Says that a symbol may become smaller where a size that it follows from becomes larger, as remainders do: what it is at the
   * ends of a range says nothing of what lies between. So is every formula with it.
   */
  markUnsteady(symbol: string): void {
    this.#unsteady.add(symbol);
  }

  isUnsteady(size: Dimension): boolean {
    return typeof size === 'string' && this.#unsteady.has(size);
  }

  /** Says between which numbers a symbol lies. */
  bound(symbol: string, least: number, largest: number): void {
    if (largest !== LONGEST_AXIS) this.#largest.set(symbol, largest);
    if (least > 0) this.#least.set(symbol, least);
  }

  /** What a size comes to at most. */
  largestOf(size: Dimension): number {
    return typeof size === 'number' ? size : (this.#largest.get(size) ?? LONGEST_AXIS);
  }

  /** What a size comes to at least. */
  leastOf(size: Dimension): number {
    return typeof size === 'number' ? size : (this.#least.get(size) ?? 0);
  }

  /** A model of its own with the same names, symbols and tensors: for a target that edits what it is given. */
  copy(): Model {
    const copy = new Model({
      opsets: new Map(this.opsets),
      metadata: new Map(this.metadata),
      provenance: this.provenance,
    });
    copy.notes.push(...this.notes);
    for (const [name, text] of this.described) copy.described.set(name, text);
    for (const [name, declared] of this.declaredOutputs) copy.declaredOutputs.set(name, declared);
    copyGraph(this.graph, copy.graph, (parent) => new Graph(copy, parent));
    for (const name of this.#names) copy.takeName(name);
    for (const name of this.#sourceNames) copy.addSourceName(name);
    for (const [base, suffix] of this.#nextSuffix) copy.#nextSuffix.set(base, suffix);
    for (const [expression, symbol] of this.#derived) copy.#derived.set(expression, symbol);
    for (const symbol of this.#formulas) copy.#formulas.add(symbol);
    for (const [symbol, largest] of this.#largest) copy.#largest.set(symbol, largest);
    for (const [symbol, least] of this.#least) copy.#least.set(symbol, least);
    for (const [symbol, parts] of this.#shifted) copy.#shifted.set(symbol, parts);
    for (const [symbol, terms] of this.#sums) copy.#sums.set(symbol, terms);
    for (const symbol of this.#unsteady) copy.#unsteady.add(symbol);
    for (const [symbol, name] of this.#dimensionNames) copy.#dimensionNames.set(symbol, name);
    copy.#nextSymbol = this.#nextSymbol;
    return copy;
  }
}
