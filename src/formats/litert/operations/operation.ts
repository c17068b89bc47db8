import type { DataType } from '../../../model/index.js';

/** What is known of a tensor before anything runs. */
export interface Known {
  readonly type: DataType;
  readonly shape: readonly number[];
  /** The elements of a small tensor of integers, where they follow from sizes and constants alone. */
  readonly ints?: readonly number[] | undefined;
}

/** Options of an operator by their names; flags are 0 and 1. */
export type Options = Readonly<Record<string, number | readonly number[]>>;

/** An option in the table of options: its number there, its type, and what it is where it is absent. */
export interface Option {
  readonly id: number;
  readonly kind: 'byte' | 'int' | 'float' | 'bool' | 'ints';
  readonly absent: number;
}

/** An operator of TensorFlow Lite. */
export interface Operation {
  readonly name: string;
  /** Its number among the builtin operators. */
  readonly code: number;
  /** The least version that there is a kernel for. */
  readonly version: number;
  /** Which table of the union of options is its own; 0: none. */
  readonly optionsType: number;
  readonly options: Readonly<Record<string, Option>>;
  /** How many operands it takes, at least and at most; kernels read them without counting. */
  readonly operands: readonly [least: number, most: number];
  /**
   * Types and sizes of its results; undefined where the sizes are known only when it runs.
   * @throws Misfit where operands and options do not go together
   */
  infer(operands: Operands, options: Options): readonly Known[] | undefined;
}

/** Operands and options that do not go together. */
export class Misfit extends Error {}

/** Gives up on an operator whose operands do not go together. @throws Misfit */
export function misfit(what: string): never {
  throw new Misfit(what);
}

/** The operands of an operator, of which some may be left out. */
export class Operands {
  readonly #list: readonly (Known | undefined)[];

  constructor(list: readonly (Known | undefined)[]) {
    this.#list = list;
  }

  get length(): number {
    return this.#list.length;
  }

  at(index: number): Known {
    return this.#list[index] ?? misfit(`lacks operand ${index}`);
  }

  has(index: number): boolean {
    return this.#list[index] !== undefined;
  }

  all(): Known[] {
    return this.#list.map((_, index) => this.at(index));
  }

  /** Elements that decide the sizes of the result; undefined where they are computed. */
  ints(index: number): readonly number[] | undefined {
    return this.at(index).ints;
  }
}

type OptionKinds = Readonly<Record<string, readonly [id: number, kind: Option['kind'], absent?: number]>>;

/** Declares an operator. @param options by the number of their table in the union */
export function operation(
  name: string,
  code: number,
  operands: Operation['operands'],
  infer: Operation['infer'],
  optionsType = 0,
  options: OptionKinds = {},
  version = 1,
): Operation {
  const named = Object.entries(options).map(([key, [id, kind, absent = 0]]) => [key, { id, kind, absent }] as const);
  return { name, code, version, optionsType, options: Object.fromEntries(named), operands, infer };
}

/** A number among the options. */
export function optionOf(options: Options, name: string): number {
  const value = options[name];
  return typeof value === 'number' ? value : 0;
}

/** Whether an option is one number. */
export function isNumber(option: Options[string] | undefined): option is number {
  return typeof option === 'number';
}
