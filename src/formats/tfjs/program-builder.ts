import type { ConstantName } from '../../lowering/builder.js';
import { KnownConstants } from '../../lowering/known-constants.js';
import { Tracing } from '../../lowering/tracing.js';
import type { Node } from '../../model/index.js';
import * as attribute from './attributes.js';
import type { AttributeValue, Kind, ProgramNode, Weight } from './program.js';

/** A result in the program: its node, with `:k` behind for the output numbered k > 0. */
export type Ref = string;

/** Attributes of a node of the target by name. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

const LARGEST_INT32 = 2 ** 31 - 1;
const LEAST_INT32 = -(2 ** 31);

interface WeightParts {
  /** After the node that is being lowered, where it is not given. */
  readonly name?: ConstantName;
  readonly dtype: Kind;
  readonly shape: readonly number[];
  readonly elements: () => Float32Array | Int32Array | Uint8Array;
  readonly keepsPrecision?: boolean;
}

/** Collects nodes and weights, and gives each small constant once, and each of the source's. Until all are there, numbers are their names. */
export class ProgramBuilder {
  readonly nodes: ProgramNode[] = [];
  readonly weights: Weight[] = [];
  /** What each node is to be called. */
  readonly wishes = new Map<Ref, ConstantName>();
  readonly tracing = new Tracing<Ref>();
  /** What new nodes are called after: the ONNX node that is being lowered. */
  scope = '';
  readonly #small = new Map<string, Ref>();
  readonly #known = new KnownConstants<Ref>();

  enter(scope: string, origin: Node['origin']): void {
    this.scope = scope;
    this.tracing.enter(origin);
  }

  op(op: string, inputs: readonly Ref[], attributes: Attributes = {}): Ref {
    const node = this.#add({ like: `${this.scope}/${op}` }, op, inputs, attributes);
    this.tracing.made(node);
    return node;
  }

  /** One of several outputs of a node. */
  output(ref: Ref, index: number): Ref {
    return index === 0 ? ref : `${ref}:${index}`;
  }

  /** Whether it is the first result of a node that computes. */
  isComputed(ref: Ref): boolean {
    const op = this.nodes[Number(ref)]?.op;
    return op !== undefined && op !== 'Const' && op !== 'Placeholder';
  }

  weight(parts: WeightParts): Ref {
    const { dtype, shape, elements, name = { like: `${this.scope}/const` }, keepsPrecision = false } = parts;
    let made: ReturnType<typeof elements> | undefined;
    const once = () => {
      made ??= elements();
      return made;
    };
    const store = () => {
      const node = this.#add(name, 'Const', [], { dtype: attribute.type(dtype) });
      this.weights.push({ name: node, dtype, shape, elements: once, keepsPrecision });
      return node;
    };
    if (!('source' in name)) return store();
    return this.#known.of(`${name.source} ${dtype}[${shape}] ${keepsPrecision}`, once, store);
  }

  #add(wish: ConstantName, op: string, inputs: readonly Ref[], attributes: Attributes): Ref {
    const name = String(this.nodes.length);
    this.nodes.push({ name, op, inputs, attributes });
    this.wishes.set(name, wish);
    return name;
  }

  /** A float constant made by the lowering itself. */
  floats(
    values: readonly number[] | Float32Array,
    shape: readonly number[] = [values.length],
    keepsPrecision = true,
  ): Ref {
    if (values.length > 16) {
      return this.weight({ dtype: 'float32', shape, elements: () => Float32Array.from(values), keepsPrecision });
    }
    return this.#once('float32', shape, values, () => Float32Array.from(values));
  }

  float(value: number): Ref {
    return this.floats([value], []);
  }

  /** int32 constants: axes, shapes, indices. */
  ints(values: readonly number[] | Int32Array, shape: readonly number[] = [values.length]): Ref {
    // ONNX says "to the end" by the largest int64, which would become 0 here.
    const held = Int32Array.from(values, (value) => Math.min(Math.max(value, LEAST_INT32), LARGEST_INT32));
    if (held.length > 16) return this.weight({ dtype: 'int32', shape, elements: () => held });
    return this.#once('int32', shape, held, () => held);
  }

  int(value: number): Ref {
    return this.ints([value], []);
  }

  bool(value: boolean): Ref {
    return this.#once('bool', [], [Number(value)], () => Uint8Array.of(Number(value)));
  }

  #once(dtype: Kind, shape: readonly number[], values: ArrayLike<number>, elements: WeightParts['elements']): Ref {
    const text = Array.from(values, (value) => (Object.is(value, -0) ? '-0' : String(value)));
    const key = `${dtype}[${shape}]${text}`;
    const known = this.#small.get(key);
    if (known) return known;
    const ref = this.weight({
      name: { like: `const/${dtype}/${text.slice(0, 4).join('_') || 'empty'}` },
      dtype,
      shape,
      elements,
    });
    this.#small.set(key, ref);
    return ref;
  }
}
