import { float16ToNumber, isStatic, type Value } from '../../../model/index.js';
import type { MilDataType } from '../program/data-types.js';
import { mustBeConstant, ranksOf } from '../program/operand-facts.js';
import { takes } from '../program/operand-types.js';
import type { MilType } from '../program/program.js';
import { damaged, notKnown } from './damaged.js';
import type { OnnxBuilder } from './onnx-builder.js';
import type { Operand } from './operand.js';

/**
 * The arguments of one operation, asked for by name and kind. What a row does not ask for is no argument of that operation,
 * operands of one operation share their type, and type and rank are ones that it takes: `expectAllRead` and each question
 * hold the program to that.
 */
export class OperationReader {
  readonly type: string;
  readonly name: string;
  readonly #mixesFloats: boolean;
  readonly #arguments: ReadonlyMap<string, readonly Operand[]>;
  readonly #read = new Set<string>();
  #dtype: MilDataType | undefined;

  /** @param mixesFloats whether a float scalar may be of another float type than the operands: from iOS 17 on */
  constructor(type: string, name: string, args: ReadonlyMap<string, readonly Operand[]>, mixesFloats = false) {
    this.#mixesFloats = mixesFloats;
    this.type = type;
    this.name = name;
    this.#arguments = args;
  }

  /** The element type that the operands share; undefined where none was asked for. */
  get dtype(): MilDataType | undefined {
    return this.#dtype;
  }

  has(name: string): boolean {
    return this.#arguments.has(name);
  }

  /** An operand in the type of the operation. */
  tensor(name = 'x'): Value {
    return this.#shared(name, this.#single(name)).value();
  }

  optionalTensor(name: string): Value | undefined {
    return this.has(name) ? this.tensor(name) : this.#absent(name);
  }

  tensors(name: string): Value[] {
    return this.#all(name).map((operand) => this.#shared(name, operand).value());
  }

  typeOf(name = 'x'): MilType {
    return this.#single(name).type;
  }

  /** The sizes of an operand. @throws EngineError where one is open, which is not read here */
  shapeOf(name = 'x'): readonly number[] {
    const { shape } = this.typeOf(name);
    if (!isStatic(shape)) throw notKnown(`${this.type} over a size that is open`, this.name);
    return shape;
  }

  rankOf(name = 'x'): number {
    return this.typeOf(name).shape.length;
  }

  /** A vector of integers as ONNX takes sizes and places, which may be computed. */
  vector(name: string, to: OnnxBuilder): Value {
    const operand = this.#single(name);
    return operand.constant ? to.ints(this.ints(name)) : to.cast(this.other(name, 'int32'), 'int64');
  }

  /** Whether an operand is known before the network runs. */
  isConstant(name: string): boolean {
    return this.#single(name).constant !== undefined;
  }

  /** A constant that counts something, in the unsigned type that some operations want. */
  unsigned(name: string): number {
    return this.#scalar(name, 'uint32', undefined);
  }

  /** An operand of a type of its own. */
  other(name: string, dtype: MilDataType): Value {
    const operand = this.#single(name);
    if (operand.type.dtype !== dtype) throw this.invalid(`${name} is ${operand.type.dtype}, not ${dtype}`);
    return operand.value();
  }

  /** An operand of any type: for `cast` and `shape`. */
  any(name = 'x'): Value {
    return this.#single(name).value();
  }

  /** @param absent what an argument that was left out means; undefined: it is required */
  int(name: string, absent?: number): number {
    return this.#scalar(name, 'int32', absent);
  }

  bool(name: string, absent?: boolean): boolean {
    return this.#scalar(name, 'bool', absent === undefined ? undefined : Number(absent)) !== 0;
  }

  /** A float scalar, in the type of the operation. */
  float(name: string, absent?: number): number {
    if (!this.has(name)) return this.#default(name, absent);
    const { dtype } = this.#single(name).type;
    if (!this.#mixesFloats || (dtype !== 'fp16' && dtype !== 'fp32')) this.#shared(name, this.#single(name));
    return this.#elements(name, 0)[0] ?? Number.NaN;
  }

  /** A number of either kind, as the factors of a resize are. */
  factor(name: string, absent: number): number {
    if (!this.has(name)) return this.#default(name, absent);
    return this.#elements(name, 0)[0] ?? Number.NaN;
  }

  text(name: string, absent?: string): string {
    if (!this.has(name)) return this.#default(name, absent);
    const data = this.#single(name).constant?.data;
    if (typeof data !== 'string') throw this.invalid(`${name} is not a constant text`);
    return data;
  }

  /** A vector of integers. */
  ints(name: string, absent?: readonly number[]): readonly number[] {
    if (!this.has(name)) return this.#default(name, absent);
    if (this.#single(name).type.dtype !== 'int32') throw this.invalid(`${name} is not int32`);
    return this.#elements(name, 1);
  }

  optionalInts(name: string): readonly number[] | undefined {
    return this.has(name) ? this.ints(name) : this.#absent(name);
  }

  bools(name: string, absent: readonly boolean[]): readonly boolean[] {
    if (!this.has(name)) return this.#default(name, absent);
    if (this.#single(name).type.dtype !== 'bool') throw this.invalid(`${name} is not bool`);
    return this.#elements(name, 1).map((element) => element !== 0);
  }

  /** @throws InputError where there is an argument that nobody asked for */
  expectAllRead(): void {
    for (const name of this.#arguments.keys()) {
      if (!this.#read.has(name)) throw this.invalid(`has no argument ${name}`);
    }
  }

  invalid(what: string): Error {
    return damaged(`${this.type}: ${what}`, this.name);
  }

  #scalar(name: string, dtype: MilDataType, absent: number | undefined): number {
    if (!this.has(name)) return this.#default(name, absent);
    if (this.#single(name).type.dtype !== dtype) throw this.invalid(`${name} is not ${dtype}`);
    return this.#elements(name, 0)[0] ?? Number.NaN;
  }

  #elements(name: string, rank: 0 | 1): number[] {
    const { constant } = this.#single(name);
    if (!constant || typeof constant.data === 'string') throw this.invalid(`${name} is not constant`);
    if (constant.shape.length !== rank) throw this.invalid(`${name} has rank ${constant.shape.length}, not ${rank}`);
    const numbers = Array.from(constant.data);
    return constant.dtype === 'fp16' ? numbers.map(float16ToNumber) : numbers;
  }

  #shared(name: string, operand: Operand): Operand {
    const { dtype, shape } = operand.type;
    if (mustBeConstant(this.type, name) && !operand.constant) throw this.invalid(`${name} is not constant`);
    const [least, highest] = ranksOf(this.type);
    if (['x', 'data', 'values'].includes(name) && (shape.length < least || shape.length > highest)) {
      throw this.invalid(`${operand.name} has rank ${shape.length}, which it does not take`);
    }
    if (!takes(this.type, dtype)) throw this.invalid(`${operand.name} is ${dtype}, which it does not take`);
    this.#dtype ??= dtype;
    if (dtype !== this.#dtype) throw this.invalid(`${operand.name} is ${dtype}, the other operands ${this.#dtype}`);
    return operand;
  }

  #single(name: string): Operand {
    const all = this.#all(name);
    const [operand] = all;
    if (!operand || all.length !== 1) throw this.invalid(`${name} has ${all.length} values, not 1`);
    return operand;
  }

  #all(name: string): readonly Operand[] {
    this.#read.add(name);
    return this.#arguments.get(name) ?? this.#missing(name);
  }

  #absent(name: string): undefined {
    this.#read.add(name);
    return undefined;
  }

  #default<T>(name: string, absent: T | undefined): T {
    this.#read.add(name);
    return absent ?? this.#missing(name);
  }

  #missing(name: string): never {
    throw this.invalid(`${name} is missing`);
  }
}
