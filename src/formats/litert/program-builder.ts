import type { ConstantName } from '../../lowering/builder.js';
import { decline } from '../../lowering/decline.js';
import { KnownConstants } from '../../lowering/known-constants.js';
import { Tracing } from '../../lowering/tracing.js';
import type { Node } from '../../model/index.js';
import { type Known, Operands, type Operation, type Options, operations } from './operations/index.js';
import type { Kind } from './program.js';

/** The elements of a constant, made when they are first asked for. */
export interface Constant {
  readonly elements: () => Float32Array | Int32Array | Uint8Array;
  /** Biases and the like lose accuracy for no size that counts: they stay float32 at every precision. */
  readonly keepsPrecision: boolean;
}

/** A tensor of the program while it grows. Of sizes that are open it has those of a batch of 1. */
export interface Ref extends Known {
  readonly type: Kind;
  readonly constant?: Constant | undefined;
}

/** An operator while the program grows. */
export interface BuiltOperator {
  readonly operation: Operation;
  readonly inputs: readonly Ref[];
  readonly outputs: readonly Ref[];
  readonly options: Options;
}

const LARGEST_INT32 = 2 ** 31 - 1;
const LEAST_INT32 = -(2 ** 31);
/** No row takes more results of one operator apart than a program that is given up may have. */
const MOST_RESULTS = 1024;
/** Longer vectors are no sizes. */
const MOST_SIZES = 64;

interface ConstantParts {
  /** After the node that is being lowered, where it is not given. */
  readonly name?: ConstantName;
  readonly type: Kind;
  readonly shape: readonly number[];
  readonly elements: Constant['elements'];
  readonly keepsPrecision?: boolean;
  readonly ints?: readonly number[] | undefined;
}

/** Collects operators and constants, and gives each small constant once, and each of the source's. */
export class ProgramBuilder {
  readonly operators: BuiltOperator[] = [];
  /** What each tensor is to be called. */
  readonly wishes = new Map<Ref, ConstantName>();
  readonly tracing = new Tracing<Ref>();
  /** Stands for a result of what was refused, and for all that would follow from it. */
  readonly missing: Ref = { type: 'float32', shape: [] };
  /** What new tensors are called after: the ONNX node that is being lowered. */
  scope = '';
  readonly #small = new Map<string, Ref>();
  readonly #known = new KnownConstants<Ref>();
  readonly #computed = new Set<Ref>();
  readonly #unsettled = new Set<Ref>();

  enter(scope: string, origin: Node['origin']): void {
    this.scope = scope;
    this.tracing.enter(origin);
  }

  /** Adds an operator that has one result. @throws Misfit where it would not run: a defect of the row that asks for it */
  op(name: string, inputs: readonly Ref[], options: Options = {}): Ref {
    const [result] = this.ops(name, inputs, options);
    if (!result) throw new Error(`${name} has no result`);
    return result;
  }

  /** Adds an operator; its results in their order. */
  ops(name: string, inputs: readonly Ref[], options: Options = {}): Ref[] {
    if (inputs.includes(this.missing)) return new Array<Ref>(MOST_RESULTS).fill(this.missing);
    const operation = operations.get(name);
    if (!operation) throw new Error(`no operator is called ${name}`);
    // What is left out would be 0, which is SAME for a padding, and no slope and no temperature where those are asked for.
    const missing = Object.keys(operation.options).filter((option) => options[option] === undefined);
    const all = {
      ...Object.fromEntries(missing.map((option) => [option, operation.options[option]?.absent ?? 0])),
      ...options,
    };
    const known = operation.infer(new Operands(inputs), all);
    if (!known) return decline('sizes that are known only when it runs; fix them with --shape');
    const outputs = known.map((each): Ref => ({ ...each, type: kindOf(each) }));
    this.operators.push({ operation, inputs, outputs, options: all });
    for (const output of outputs) {
      this.#computed.add(output);
      if (isUnsettled(operation, inputs)) this.#unsettled.add(output);
      this.wishes.set(output, { like: `${this.scope}/${name}` });
      this.tracing.made(output);
    }
    return outputs;
  }

  /** An input of the program. */
  input(type: Kind, shape: readonly number[]): Ref {
    const ref: Ref = { type, shape };
    this.wishes.set(ref, { like: this.scope });
    return ref;
  }

  isComputed(ref: Ref): boolean {
    return this.#computed.has(ref);
  }

  /** Whether it follows from sizes alone: the web runtime works such out beforehand, and would give back other memory. */
  isUnsettled(ref: Ref): boolean {
    return this.#unsettled.has(ref) || (this.isComputed(ref) && ref.ints !== undefined);
  }

  constant({
    name = { like: `${this.scope}/const` },
    type,
    shape,
    elements,
    keepsPrecision = false,
    ints,
  }: ConstantParts): Ref {
    let made: ReturnType<typeof elements> | undefined;
    const once = () => {
      made ??= elements();
      return made;
    };
    const store = () => {
      const ref: Ref = { type, shape, ints, constant: { elements: once, keepsPrecision } };
      this.wishes.set(ref, name);
      return ref;
    };
    if (!('source' in name)) return store();
    return this.#known.of(`${name.source} ${type}[${shape}] ${keepsPrecision}`, once, store);
  }

  /** A float constant made by the lowering itself. */
  floats(
    values: readonly number[] | Float32Array,
    shape: readonly number[] = [values.length],
    keepsPrecision = true,
  ): Ref {
    const elements = () => Float32Array.from(values);
    if (values.length > 16) return this.constant({ type: 'float32', shape, elements, keepsPrecision });
    return this.#once('float32', shape, values, elements);
  }

  float(value: number): Ref {
    return this.floats([value], []);
  }

  /** int32 constants: axes, shapes, indices. */
  ints(values: readonly number[] | Int32Array, shape: readonly number[] = [values.length]): Ref {
    // ONNX says "to the end" by the largest int64, which would become 0 here.
    const held = Int32Array.from(values, (value) => Math.min(Math.max(value, LEAST_INT32), LARGEST_INT32));
    if (held.length > 16) return this.constant({ type: 'int32', shape, elements: () => held, ints: sizesOf(held) });
    return this.#once('int32', shape, held, () => held, [...held]);
  }

  int(value: number): Ref {
    return this.ints([value], []);
  }

  bool(value: boolean): Ref {
    return this.#once('bool', [], [Number(value)], () => Uint8Array.of(Number(value)));
  }

  #once(
    type: Kind,
    shape: readonly number[],
    values: ArrayLike<number>,
    elements: Constant['elements'],
    ints?: readonly number[],
  ): Ref {
    const text = Array.from(values, (value) => (Object.is(value, -0) ? '-0' : String(value)));
    const key = `${type}[${shape}]${text}`;
    const known = this.#small.get(key);
    if (known) return known;
    const name = { like: `const/${type}/${text.slice(0, 4).join('_') || 'empty'}` };
    const ref = this.constant({ name, type, shape, elements, keepsPrecision: true, ints });
    this.#small.set(key, ref);
    return ref;
  }
}

function isUnsettled({ name }: Operation, [, shape]: readonly Ref[]): boolean {
  return name === 'SHAPE' || (name === 'RESHAPE' && shape?.constant === undefined);
}

function kindOf({ type }: Known): Kind {
  if (type === 'float32' || type === 'int32' || type === 'bool') return type;
  throw new Error(`${type} is not computed with`);
}

function sizesOf(values: Int32Array): number[] | undefined {
  return values.length <= MOST_SIZES ? [...values] : undefined;
}
