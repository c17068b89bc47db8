import { InputError, UnsupportedError } from '../../model/index.js';
import { existsAt } from '../../operators/schema.js';
import { invalid } from './invalid.js';
import { domainOf, readOpsets } from './opsets.js';
import type { Message } from './schema.js';

type NodeProto = Message<'NodeProto'>;
type FunctionProto = Message<'FunctionProto'>;

const MAX_CALLS = 32;

interface Cost {
  /** Nodes after everything inside has been inlined. */
  readonly nodes: number;
  /** Calls inside one another, this one included. */
  readonly depth: number;
}

/** The functions that a model brings along. They are inlined, since no target knows them; but first counted. */
export class Functions {
  readonly #byKey = new Map<string, FunctionProto>();
  readonly #costs = new Map<FunctionProto, Cost>();

  /**
   * @param opsets of the model; domains that only functions import are added
   * @throws InputError where two functions have one name, or are written for other operator sets than the model
   * @throws UnsupportedError where a function takes the name of an operator of ONNX's own
   */
  constructor(functions: readonly FunctionProto[], opsets: Map<string, number>) {
    for (const proto of functions) {
      const key = keyOf(proto.domain, proto.name, proto.overload);
      const name = proto.name ?? '';
      if (this.#byKey.has(key)) throw invalid(`the function ${name} stands twice`);
      if (domainOf(proto.domain) === '' && existsAt(name, opsets.get('') ?? 0) === 'yes') {
        const reason = 'a function of the model takes the name of this operator';
        const unsupported = { target: 'onnx', node: name, operator: name, reason };
        throw new UnsupportedError({ what: `${name}: ${reason}`, todo: 'rename the function' }, [unsupported]);
      }
      this.#byKey.set(key, proto);
      mergeOpsets(proto, opsets);
    }
  }

  get count(): number {
    return this.#byKey.size;
  }

  find(node: NodeProto): FunctionProto | undefined {
    return this.#byKey.size === 0 ? undefined : this.#byKey.get(keyOf(node.domain, node.opType, node.overload));
  }

  /**
   * How many nodes these are with all functions inlined, without inlining any.
   * @throws InputError where a function calls itself, or calls nest too deeply
   */
  countNodes(nodes: readonly NodeProto[]): number {
    return this.#costOf(nodes, []).nodes;
  }

  #costOf(nodes: readonly NodeProto[], path: readonly FunctionProto[]): Cost {
    let total = 0;
    let depth = 0;
    const add = (cost: Cost) => {
      total += cost.nodes;
      depth = Math.max(depth, cost.depth);
    };
    for (const node of nodes) {
      const called = this.find(node);
      if (called) add(this.#costOfFunction(called, path));
      else total++;
      for (const { g, graphs } of node.attribute) {
        for (const graph of g ? [g, ...graphs] : graphs) add(this.#costOf(graph.node, path));
      }
    }
    return { nodes: total, depth };
  }

  #costOfFunction(called: FunctionProto, path: readonly FunctionProto[]): Cost {
    const known = this.#costs.get(called);
    const start = path.indexOf(called);
    if (start >= 0) {
      const names = [...path.slice(start), called].map((proto) => proto.name ?? '');
      throw invalid(`recursive function: ${names.join(' -> ')}`);
    }
    if (path.length >= MAX_CALLS) throw tooDeep();
    const inner = known ?? this.#costOf(called.node, [...path, called]);
    const cost = known ?? { nodes: inner.nodes, depth: inner.depth + 1 };
    this.#costs.set(called, cost);
    if (path.length + cost.depth > MAX_CALLS) throw tooDeep();
    return cost;
  }
}

function tooDeep(): InputError {
  return new InputError({ what: `nested too deeply: over ${MAX_CALLS} calls of functions inside one another` });
}

function keyOf(domain: string | undefined, name = '', overload = ''): string {
  return JSON.stringify([domainOf(domain), name, overload]);
}

/** A node is read by the model's operator sets, so a function's must be the same where it uses them. */
function mergeOpsets(proto: FunctionProto, opsets: Map<string, number>): void {
  const used = new Set(proto.node.map((node) => domainOf(node.domain)));
  for (const [domain, version] of readOpsets(proto.opsetImport)) {
    const known = opsets.get(domain);
    if (known === undefined) opsets.set(domain, version);
    else if (known !== version && used.has(domain)) {
      throw new InputError({
        what: `the function ${proto.name ?? ''} is written for opset ${version} of '${domain}', the model for ${known}`,
        todo: "inline it with onnx.inliner, or convert it with onnx's version_converter",
      });
    }
  }
}
