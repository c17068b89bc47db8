import type { Model, Node, Value } from '../../model/index.js';
import { hasTrait } from '../../operators/index.js';
import { type BothConstants, type Comparison, compareRegions } from './comparison.js';
import { Constants } from './constants.js';
import { Correspondence } from './correspondence.js';
import type { Pair } from './impulses.js';
import { areSameProducts, isSameOrder } from './rearrangements.js';
import { type Region, Regions } from './region.js';
import type { ProofReport, ProvedBlockReport } from './report.js';
import { NotAffine } from './row.js';
import { areSameConstants, areTwins } from './twins.js';

/** Other tools round more than once, and may give a name of the source to what differs. */
const FOREIGN = 'the file is of another tool, which may round more often, or mean another value by this name';

/** Operands of a region may be replaced by what makes them, so many times, where the source has no such region. */
const MOST_STEPS_BACK = 8;

/** The walk over a written graph, in which every node is either a copy of the source's or a part of a block that is proved. */
export class Prover {
  readonly #written: Model;
  readonly #correspondence: Correspondence;
  readonly #regions: { readonly source: Regions; readonly written: Regions };
  readonly #constants: BothConstants;
  readonly #settled = new Set<Node>();
  readonly #blocks: ProvedBlockReport[] = [];

  constructor(source: Model, written: Model) {
    this.#written = written;
    this.#correspondence = new Correspondence(source, written);
    this.#regions = { source: new Regions(source.graph), written: new Regions(written.graph) };
    this.#constants = {
      source: new Constants(this.#regions.source),
      written: new Constants(this.#regions.written),
    };
  }

  prove(): ProofReport {
    const { graph } = this.#written;
    for (const node of graph.sorted()) {
      const results = node.outputs.flatMap((value) =>
        value && !this.#regions.written.isConstant(value) ? [value] : [],
      );
      if (results.length === 0 || this.#isCopy(node)) this.#settled.add(node);
      else for (const value of results) this.#proveResult(value);
    }
    const left = graph.sorted().filter((node) => !this.#settled.has(node));
    for (const node of left) {
      if (hasTrait(node, 'product')) this.#report(node, { reason: 'its result equals none of the source' });
    }
    const blocks = this.#blocks;
    const proved = blocks.filter(({ verdict }) => verdict === 'proved').length;
    const nodes = left.filter((node) => !hasTrait(node, 'product')).map(({ label }) => label);
    const outputs = graph.outputs.filter((value) => !this.#isOutputSame(value)).map(({ name }) => name);
    const leftOver = [...new Set([...nodes, ...outputs])];
    return {
      network: proved === blocks.length && leftOver.length === 0,
      proved,
      notProved: blocks.length - proved,
      blocks,
      leftOver,
    };
  }

  #isOutputSame(written: Value): boolean {
    const source = this.#correspondence.of(written);
    return source !== undefined && (!this.#regions.written.isConstant(written) || this.#isSame(source, written));
  }

  /** Whether a node does what the source's node does, to the same operands. */
  #isCopy(node: Node): boolean {
    const said = node.outputs.find((value) => value && this.#correspondence.of(value));
    const named = said && this.#correspondence.of(said);
    const source = named && this.#correspondence.root(named).producer;
    if (!source || !areTwins(source, node) || source.inputs.length !== node.inputs.length) return false;
    if (!source.inputs.every((value, i) => this.#isSame(value, node.inputs[i]))) return false;
    const isInPlace = node.outputs.every((value, i) => {
      const claimed = value && this.#correspondence.of(value);
      return !claimed || this.#correspondence.root(claimed) === source.outputs[i];
    });
    if (!isInPlace) return false;
    node.outputs.forEach((value, i) => {
      const result = source.outputs[i];
      if (value && result) this.#correspondence.say(value, result);
    });
    return true;
  }

  /** Whether an operand is that of the source, or one that equals it. */
  #isSame(source: Value | undefined, written: Value | undefined): boolean {
    if (!source || !written) return source === written;
    if (this.#regions.written.isConstant(written)) return areSameConstants(source, written, this.#constants);
    const said = this.#correspondence.of(written);
    if (!said) return false;
    const [from, to] = [this.#correspondence.root(said), this.#correspondence.root(source)];
    return from === to || this.#isNeutral(from, to, written);
  }

  /** Whether what the source does between two values changes nothing: adds 0, say. */
  #isNeutral(from: Value, to: Value, written: Value): boolean {
    const found = attempted(() => {
      const source = this.#regions.source.before(to, (value) => value === from);
      const copied = { operands: [written], target: written, nodes: [] };
      return isSameOrder(source, copied) || this.#hasNoDifference({ source, written: copied });
    });
    return found === true;
  }

  #hasNoDifference(pair: Pair): boolean {
    return compareRegions(pair, this.#constants).difference === undefined;
  }

  /** Proves a value by the map that leads to it from values before it that correspond to some of the source. */
  #proveResult(target: Value): void {
    const said = this.#correspondence.of(target);
    const node = target.producer;
    if (!said || !node) return;
    const result = this.#correspondence.root(said);
    const seenThrough = new Set([target]);
    const isEnd = (value: Value) => !seenThrough.has(value) && this.#correspondence.of(value) !== undefined;
    let reason: NotAffine | undefined;
    while (seenThrough.size <= MOST_STEPS_BACK) {
      const written = attempted(() => this.#regions.written.before(target, isEnd));
      const found = written instanceof NotAffine ? written : attempted(() => this.#compare(written, result));
      if (!(written instanceof NotAffine) && !(found instanceof NotAffine)) {
        this.#settle(written, found);
        return;
      }
      reason ??= found instanceof NotAffine ? found : undefined;
      const last = written instanceof NotAffine ? undefined : this.#regions.written.lastOf(written.operands);
      if (!last) break;
      seenThrough.add(last);
    }
    if (!hasTrait(node, 'product')) return;
    this.#settled.add(node);
    this.#report(node, { reason: reason?.message ?? null });
  }

  /** @throws NotAffine where the source has no such map, or it is not known to be one */
  #compare(written: Region, target: Value): Proved {
    const roots = written.operands.map((value) => {
      const said = this.#correspondence.of(value);
      if (!said) throw new NotAffine(`it depends on ${value.name}, which the source does not have`);
      return this.#correspondence.root(said);
    });
    const ends = new Set(roots);
    if (ends.size < roots.length) throw new NotAffine('it reads one value of the source by two names');
    const source = { ...this.#regions.source.before(target, (value) => ends.has(value)), operands: roots };
    if (isSameOrder(source, written) || areSameProducts({ source, written }, this.#constants)) return { source };
    return { source, comparison: compareRegions({ source, written }, this.#constants, this.#correspondence.origins) };
  }

  #settle({ target, nodes }: Region, { source, comparison }: Proved): void {
    for (const node of nodes) this.#settled.add(node);
    const product = nodes.findLast((node) => hasTrait(node, 'product'));
    const node = product ?? target.producer;
    if (!comparison || !node || (!product && comparison.difference === undefined)) return;
    this.#report(node, { ...comparison, sources: source.nodes.map(({ label }) => label), verdict: 'proved' });
  }

  #report({ label }: Node, said: Found): void {
    const { sources = this.#correspondence.origins.get(label) ?? [] } = said;
    const { largest = null, bound = null, smallestSize = null } = said;
    this.#blocks.push({ node: label, sources, ...this.#verdictOn(said), largest, bound, smallestSize });
  }

  #verdictOn({
    verdict = 'not proved',
    reason = null,
    difference,
  }: Found): Pick<ProvedBlockReport, 'verdict' | 'reason'> {
    if (difference === undefined) return { verdict, reason };
    const isOurs = this.#written.metadata.has('mobileone.version');
    return isOurs
      ? { verdict: 'different', reason: difference }
      : { verdict: 'not proved', reason: `${difference}; ${FOREIGN}` };
  }
}

/** What there is to say of a block; a difference decides its verdict. */
type Found = Partial<ProvedBlockReport> & { readonly difference?: string | undefined };

/** What was found of a value: by which region of the source, and by comparing coefficients where that was needed. */
interface Proved {
  readonly source: Region;
  readonly comparison?: Comparison;
}

function attempted<T>(make: () => T): T | NotAffine {
  try {
    return make();
  } catch (error) {
    if (error instanceof NotAffine) return error;
    throw error;
  }
}
