import { nearestHint } from '../nearest-name.js';

/** With more of them a hint helps nobody. */
const MOST = 4;

/**
 * "did you mean …", for an option that there is not: those that it is the beginning of, or the nearest; undefined where none
 * can be meant.
 * @param given as on the command line, `--out` or `--out=x`
 * @param known long flags of the command
 */
export function nearestFlag(given: string, known: readonly string[]): string | undefined {
  const flag = given.replace(/=.*$/s, '');
  const begun = flag.length > 3 ? known.filter((each) => each.startsWith(flag)) : [];
  if (begun.length > 0 && begun.length <= MOST) {
    const last = begun.at(-1);
    return `did you mean ${begun.length > 1 ? `${begun.slice(0, -1).join(', ')} or ${last}` : last}?`;
  }
  return nearestHint(flag, known);
}
