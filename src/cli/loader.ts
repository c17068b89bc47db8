import { loadKept } from './kept-scripts.js';
import { setV8Flags } from './v8-flags.js';

/**
 * Loads the program's first script. It stands alone in a script of its own, as it loads all others.
 * @param file the absolute path of the script
 * @returns its exports
 */
export function load(file: string): unknown {
  setV8Flags();
  return loadKept(file);
}
