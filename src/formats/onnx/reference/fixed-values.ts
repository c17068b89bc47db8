import type { onnx } from 'onnx-proto';
import { operatorsWith } from '../../../operators/index.js';
import { isOnnx, subgraphsOf } from './graphs.js';

type Nodes = readonly onnx.INodeProto[];

const RANDOM = operatorsWith('random');
const MOVING = operatorsWith('moves');

/** 'varies': differs between runs. Else the tensors that it copies; none of them where it is computed from constants. */
export type Source = 'varies' | readonly onnx.ITensorProto[];

/** The names of one graph or function body. */
interface Scope {
  readonly parent: Scope | undefined;
  readonly tensors: ReadonlyMap<string, onnx.ITensorProto>;
  readonly makers: ReadonlyMap<string, onnx.INodeProto>;
  /** What calls give to each parameter of a function. */
  readonly given: Map<string, Named[]>;
  /** 'open': what it follows from is being looked at. */
  readonly known: Map<string, Source | 'open'>;
}

/** A name means something in one graph, and in those inside it. */
interface Named {
  readonly scope: Scope;
  readonly name: string;
}

/**
 * Which values of a decoded file are the same on every run, through functions and subgraphs, in whatever order nodes stand.
 * Each value is looked at once, and only where it is asked for.
 */
export class FixedValues {
  readonly #scopes = new Map<Nodes, Scope>();

  constructor({ graph, functions }: onnx.IModelProto) {
    if (graph) this.#enter(graph.node ?? [], graph.initializer ?? [], undefined);
    for (const { node } of functions ?? []) this.#enter(node ?? [], [], undefined);
    const bodies = new Map((functions ?? []).map((each) => [`${each.domain ?? ''} ${each.name ?? ''}`, each]));
    for (const [nodes, scope] of this.#scopes) {
      for (const { domain, opType, input } of nodes) {
        const body = bodies.get(`${domain ?? ''} ${opType ?? ''}`);
        const given = this.#scopes.get(body?.node ?? [])?.given;
        body?.input?.forEach((parameter, index) => {
          given?.set(parameter, [...(given.get(parameter) ?? []), { scope, name: input?.[index] ?? '' }]);
        });
      }
    }
  }

  /** @param nodes the list in which the reader of `name` stands */
  sourceOf(name: string, nodes: Nodes): Source {
    const asked = homeOf(this.#scopes.get(nodes), name);
    if (!asked) return 'varies';
    const waiting = [asked];
    for (let value = waiting.at(-1); value; value = waiting.at(-1)) {
      const { known } = value.scope;
      const state = known.get(value.name);
      if (state === undefined) {
        known.set(value.name, 'open');
        waiting.push(...(neededBy(value) ?? []).filter((each) => each.scope.known.get(each.name) === undefined));
        continue;
      }
      waiting.pop();
      if (state === 'open') known.set(value.name, sourceFrom(value));
    }
    return settled(asked);
  }

  #enter(nodes: Nodes, initializers: readonly onnx.ITensorProto[], parent: Scope | undefined): void {
    const scope = {
      parent,
      tensors: new Map(initializers.map((tensor) => [tensor.name ?? '', tensor])),
      makers: new Map(nodes.flatMap((node) => (node.output ?? []).map((name) => [name, node] as const))),
      given: new Map<string, Named[]>(),
      known: new Map<string, Source | 'open'>(),
    };
    this.#scopes.set(nodes, scope);
    for (const node of nodes) {
      for (const graph of subgraphsOf(node)) this.#enter(graph.node ?? [], graph.initializer ?? [], scope);
    }
  }
}

/** The graph that makes a value; undefined for an input, which may be anything. */
function homeOf(scope: Scope | undefined, name: string): Named | undefined {
  for (let home = scope; home; home = home.parent) {
    if (home.tensors.has(name) || home.makers.has(name) || home.given.has(name)) return { scope: home, name };
  }
  return undefined;
}

/** What a value is made from; undefined where that is an input of the model or of a subgraph, or something random. */
function neededBy({ scope, name }: Named): Named[] | undefined {
  if (scope.tensors.has(name)) return [];
  const node = scope.makers.get(name);
  if (node && (RANDOM.includes(node.opType ?? '') || subgraphsOf(node).length > 0)) return undefined;
  const read = (node?.input ?? []).filter((input) => input !== '').map((input) => ({ scope, name: input }));
  const homes = (node ? read : (scope.given.get(name) ?? [])).map((each) => homeOf(each.scope, each.name));
  const found = homes.filter((home) => home !== undefined);
  return found.length === homes.length ? found : undefined;
}

function sourceFrom(value: Named): Source {
  const sources = neededBy(value)?.map(settled) ?? ['varies' as const];
  if (sources.includes('varies')) return 'varies';
  const { scope, name } = value;
  const tensor = scope.tensors.get(name);
  if (tensor) return [tensor];
  const copied = sources.filter((source) => source !== 'varies');
  const node = scope.makers.get(name);
  if (!node) return copied.every((source) => source.length > 0) ? copied.flat() : [];
  if (isOnnx(node, 'Constant') || isOnnx(node, 'ConstantOfShape')) return tensorOf(node);
  return isOnnx(node, node.opType ?? '') && MOVING.includes(node.opType ?? '') ? (copied[0] ?? []) : [];
}

/** A value that follows from itself, which no valid file has, stays open. */
function settled({ scope, name }: Named): Source {
  const source = scope.known.get(name);
  return source === undefined || source === 'open' ? 'varies' : source;
}

const FLOAT = 1;

/** The tensor that a constant gives, or repeats. */
function tensorOf({ opType, attribute }: onnx.INodeProto): onnx.ITensorProto[] {
  const named = (name: string) => attribute?.find((each) => each.name === name);
  const tensor = named('value')?.t;
  if (tensor) return [tensor];
  if (opType === 'ConstantOfShape') return [{ dataType: FLOAT, dims: [1], floatData: [0] }];
  const floats = named('value_floats')?.floats ?? [named('value_float')?.f ?? Number.NaN];
  return [{ dataType: FLOAT, dims: [floats.length], floatData: floats }];
}
