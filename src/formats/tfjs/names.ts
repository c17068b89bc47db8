/** Names on which JavaScript's own objects stumble when the loader uses them as keys. */
const INHERITED: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), '']);

/** Whether the loader can refer to a node of this name. */
export function isReferable(name: string): boolean {
  return !name.includes(':') && !name.startsWith('^') && !INHERITED.has(name);
}

/**
 * Gives every node a name of its own that the loader can refer to. `:` would split off an output index and a leading `^`
 * would mean a control input; a key that is a whole number is moved to the front of JavaScript's objects, which changes
 * the order of inputs or outputs; all others stay as they are.
 */
export class Names {
  readonly #taken = new Set<string>();

  /** `wanted` made legal and unique: the same on every run. */
  take(wanted: string, prefixOfNumbers = 'n'): string {
    const base = legal(wanted, prefixOfNumbers);
    let name = base;
    for (let suffix = 1; this.#taken.has(name); suffix++) name = `${base}_${suffix}`;
    this.#taken.add(name);
    return name;
  }
}

function legal(wanted: string, prefix: string): string {
  const name = wanted.replaceAll(':', '_').replace(/^\^+/, '_');
  return /^\d+$/.test(name) || INHERITED.has(name) ? `${prefix}_${name}` : name;
}
