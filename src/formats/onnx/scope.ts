import type { Value } from '../../model/index.js';
import { invalid } from './invalid.js';

/**
 * Names of the file to values, while a graph is read. A subgraph sees the scope around it; the body of a function sees
 * only what it was given. An optional parameter that was left out is a name without a value.
 */
export class Scope {
  readonly parent: Scope | undefined;
  /** Set inside a function that is being inlined: what its names are told apart by. */
  readonly prefix: string | undefined;
  readonly #values = new Map<string, Value | undefined>();

  constructor(parent?: Scope, prefix = parent?.prefix) {
    this.parent = parent;
    this.prefix = prefix;
  }

  /** @throws InputError where the name is in use here or around */
  define(name: string, value: Value | undefined): void {
    if (this.#values.has(name)) throw invalid('a name is given twice', { value: name });
    if (this.parent?.sees(name)) throw invalid('a name in a subgraph shadows one around it', { value: name });
    this.#values.set(name, value);
  }

  sees(name: string): boolean {
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) if (scope.#values.has(name)) return true;
    return false;
  }

  find(name: string): Value | undefined {
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      if (scope.#values.has(name)) return scope.#values.get(name);
    }
    return undefined;
  }
}
