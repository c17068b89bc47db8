import type { SourceNode } from '../../../model/index.js';
import type { DeploymentTarget } from '../program/data-types.js';
import { type Constant, type MilOperation, type MilType, MilValue } from '../program/program.js';

/** What an operation is given: values made before, or constants for which a `const` is made. */
export type Arguments = Readonly<Record<string, MilValue | readonly MilValue[] | Constant | undefined>>;

/** The operations of a program as they come; `rewind` takes the newest back where a node turns out not to work that way. */
export class ProgramBuilder {
  #operations: MilOperation[] = [];
  #origin: readonly SourceNode[] = [];

  /** Operations that are added from now on stand for these nodes of the source. */
  enter(origin: readonly SourceNode[]): void {
    this.#origin = origin;
  }

  /** And for these too. */
  covers(origin: readonly SourceNode[]): void {
    this.#origin = [...this.#origin, ...origin];
  }

  /** Why a later system is needed, by the system. */
  readonly needs = new Map<DeploymentTarget, string>();

  /** @param what needs it, the subject of a sentence */
  need(target: DeploymentTarget, what: string): void {
    if (!this.needs.has(target)) this.needs.set(target, what);
  }

  get operations(): readonly MilOperation[] {
    return this.#operations;
  }

  constant(constant: Constant, hint = ''): MilValue {
    const value = new MilValue({ dtype: constant.dtype, shape: constant.shape }, hint, constant);
    this.#operations.push({ type: 'const', inputs: new Map(), outputs: [value], origin: [] });
    return value;
  }

  /** Adds an operation; absent arguments are left out. Results have the types that are given: MIL wants them said. */
  emit(type: string, args: Arguments, results: readonly MilType[], hint: string): MilValue[] {
    const inputs = new Map<string, readonly MilValue[]>();
    for (const [name, given] of Object.entries(args)) {
      if (given === undefined) continue;
      if (given instanceof MilValue) inputs.set(name, [given]);
      else if ('dtype' in given) inputs.set(name, [this.constant(given)]);
      else inputs.set(name, given);
    }
    const outputs = results.map((result) => new MilValue(result, hint));
    this.#operations.push({ type, inputs, outputs, origin: this.#origin });
    return outputs;
  }

  /** Where the program stands now. */
  mark(): number {
    return this.#operations.length;
  }

  rewind(mark: number): void {
    this.#operations.length = mark;
  }

  /** Keeps what leads to `outputs` alone, in its order: peepholes leave operations behind that nobody reads. */
  prune(outputs: readonly MilValue[]): void {
    const needed = new Set(outputs);
    const kept: MilOperation[] = [];
    for (const operation of [...this.#operations].reverse()) {
      if (!operation.outputs.some((value) => needed.has(value))) continue;
      kept.push(operation);
      for (const values of operation.inputs.values()) for (const value of values) needed.add(value);
    }
    this.#operations = kept.reverse();
  }
}
