import { LEGAL_NAME } from '../program/data-types.js';
import type { MilOperation } from '../program/program.js';

/** Gives out names that MIL takes, each once; the same on every run. */
export class Names {
  readonly #taken = new Set<string>();
  readonly #nextSuffix = new Map<string, number>();

  /** @returns `wanted` with what is not legal replaced by `_`, and a number behind it where that is taken */
  fresh(wanted: string): string {
    const base = legal(wanted);
    let name = base;
    while (this.#taken.has(name)) {
      const suffix = this.#nextSuffix.get(base) ?? 2;
      this.#nextSuffix.set(base, suffix + 1);
      name = `${base}_${suffix}`;
    }
    this.#taken.add(name);
    return name;
  }
}

function legal(wanted: string): string {
  if (LEGAL_NAME.test(wanted)) return wanted;
  const replaced = wanted.replace(/[^A-Za-z0-9_@]/gu, '_');
  return /^[A-Za-z_]/.test(replaced) ? replaced : `var_${replaced}`;
}

/**
 * Names all values that have no name yet: first what operations make, after the graph's values; then constants, after the
 * operation and the argument that they are for.
 */
export function nameValues(operations: readonly MilOperation[], names: Names): void {
  for (const { type, outputs } of operations) {
    if (type === 'const') continue;
    for (const value of outputs) value.name ||= names.fresh(value.hint);
  }
  for (const { outputs, inputs } of operations) {
    for (const [argument, values] of inputs) {
      for (const [index, value] of values.entries()) {
        const place = values.length > 1 ? `${argument}_${index}` : argument;
        value.name ||= names.fresh(value.hint || `${outputs[0]?.name}_${place}`);
      }
    }
  }
}
