/** Names on which JavaScript's own objects stumble when the loader uses them as keys. */
const INHERITED: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), '']);

/** Whether the loader can refer to a node of this name. */
export function isReferable(name: string): boolean {
  return name === legalName(name);
}

/** A name for a node: `:` would split off an output index, and a leading `^` would mean a control input. */
export function legalName(wanted: string): string {
  const name = wanted.replaceAll(':', '_').replace(/^\^+/, '_');
  return INHERITED.has(name) ? `n_${name}` : name;
}

/**
 * A name for an input or output. A key that is a whole number is moved to the front of JavaScript's objects, which changes
 * the order of all.
 */
export function legalKey(wanted: string, prefix: 'input' | 'output'): string {
  const name = legalName(wanted);
  return /^\d+$/.test(name) ? `${prefix}_${name}` : name;
}
