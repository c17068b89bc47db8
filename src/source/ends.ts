import { type Graph, UsageError } from '../model/index.js';
import { nearestHint } from '../nearest-name.js';

/** @throws UsageError where a name is none of an input or output */
export function expectEnds({ inputs, outputs }: Graph, names: Iterable<string>): void {
  const known = [...inputs, ...outputs].map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new UsageError({
      what: `--describe: the model has no input or output "${name}"`,
      todo: nearestHint(name, known) ?? `they are ${known.join(', ')}`,
    });
  }
}
