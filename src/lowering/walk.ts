import { type Order, plain } from '../layout/order.js';
import { planLayout } from '../layout/plan.js';
import { type DataType, type Graph, isFloat, type Node, type Value } from '../model/index.js';
import type { Builder } from './builder.js';
import { decline } from './decline.js';
import { Placed } from './placed.js';
import { isImage, type Place, placeOf } from './ports.js';
import { Refusals } from './refusals.js';
import { type Context, Site } from './site.js';
import { Sizes } from './sizes.js';

/** How a target writes one operator: its results in their order. */
export interface Row<Build extends Builder<Ref, Type>, Ref, Type extends DataType> {
  lower(site: Site<Build, Ref, Type>): readonly Ref[];
}

/** Lowers a graph once for a channels-last target, from its inputs to its outputs. Goes on where something is refused. */
export class Walk<Build extends Builder<Ref, Type>, Ref, Type extends DataType> {
  readonly refusals: Refusals;
  readonly #graph: Graph;
  readonly #build: Build;
  readonly #context: Context<Build, Ref>;
  /** Inputs that are fed channels-last. */
  readonly #turned: ReadonlySet<Value>;
  readonly #absorbed = new Set<Node>();
  /** Values that no result holds: their one reader is computed along with what makes them. */
  readonly #inside = new Set<Value>();

  /** @param turnsImages whether images are fed channels-last, and feature maps come out so */
  constructor(graph: Graph, build: Build, target: string, turnsImages: boolean) {
    this.refusals = new Refusals(target);
    this.#graph = graph;
    this.#build = build;
    this.#turned = new Set(turnsImages ? graph.inputs.filter(isImage) : []);
    const sizes = new Sizes(build);
    this.#context = {
      build,
      sizes,
      layout: planLayout(graph, { channelsLastInputs: this.#turned }),
      placed: new Placed(build, sizes),
      absorb: (reader, ref) => {
        this.#absorbed.add(reader);
        this.#inside.add(reader.input(0));
        build.tracing.standsFor(ref, reader.origin);
        this.#put(reader, [ref]);
      },
    };
  }

  inputs(add: (place: Place<Type>, index: number) => Ref): void {
    this.#graph.inputs.forEach((value, index) => {
      const place = () => placeOf(value, this.#orderOf(value), this.#build);
      this.#build.enter(value.name, []);
      if (!this.refusals.port(value, 'input', () => this.#place(value, add(place(), index)))) this.#miss(value);
    });
  }

  nodes(rows: ReadonlyMap<string, Row<Build, Ref, Type>>): void {
    for (const node of this.#graph.sorted()) {
      if (this.#absorbed.has(node)) continue;
      const isTaken = this.refusals.node(node, () => {
        const row = node.domain === '' ? rows.get(node.operator) : undefined;
        if (!row) decline(`is not written for ${this.#build.title}`);
        this.#build.enter(node.label, node.origin);
        this.#put(node, row.lower(new Site(node, this.#context)));
      });
      if (!isTaken) for (const value of node.outputs) if (value) this.#miss(value);
    }
  }

  outputs(add: (place: Place<Type>, ref: Ref, index: number) => void): void {
    this.#graph.outputs.forEach((value, index) => {
      this.refusals.port(value, 'output', () => {
        const place = placeOf(value, this.#outputOrder(value), this.#build);
        this.#build.enter(value.name, []);
        add(place, this.#context.placed.get(value, place.order), index);
      });
    });
  }

  #outputOrder(value: Value): Order {
    const order = this.#orderOf(value);
    const staysTurned = this.#turned.size > 0 && value.rank === 4 && isFloat(value.dtype) && order.join() === '0,2,3,1';
    return staysTurned ? order : plain(value.rank ?? 0);
  }

  #put(node: Node, refs: readonly Ref[]): void {
    node.outputs.forEach((value, index) => {
      if (!value || (refs[index] === undefined && value.isDead)) return;
      if ((value.rank ?? 0) > this.#build.highestRank) decline(`a tensor of ${value.rank} axes`);
      this.#place(value, refs[index] ?? decline(`its result ${index} is not written`));
    });
  }

  #orderOf(value: Value): Order {
    return this.#context.layout.orderOf(value);
  }

  #place(value: Value, ref: Ref): void {
    const order = this.#orderOf(value);
    this.#context.placed.put(value, ref, order);
    if (!this.#inside.has(value)) this.#build.tracing.holds(ref, value, order);
  }

  /** Every other reason is to be found as well. */
  #miss(value: Value): void {
    this.#place(value, this.#build.missing);
  }
}
