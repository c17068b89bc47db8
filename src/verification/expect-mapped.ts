import { UsageError } from '../model/index.js';
import { nearestHint } from '../nearest-name.js';
import type { Contender } from './contender.js';

/**
 * Each name of `--map` is one of a candidate's: of which it is, need not be said.
 * @throws UsageError where no candidate has it, unless one could not be opened
 */
export function expectMapped(map: ReadonlyMap<string, string>, contenders: readonly Contender[]): void {
  const artefacts = contenders.flatMap(({ opened }) => opened?.opened ?? []);
  if (artefacts.length < contenders.length) return;
  const known = artefacts.flatMap(({ inputs, outputs }) => [...inputs, ...outputs].map(({ name }) => name));
  const unknown = [...map.keys()].find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new UsageError({
    what: `--map: no candidate has an input or output "${unknown}"`,
    todo: nearestHint(unknown, known) ?? `there are ${known.join(', ')}`,
  });
}
