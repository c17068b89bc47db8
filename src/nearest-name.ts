/** The known name that is fewest edits away from `name`; undefined where none is near enough to be meant. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  return nearest(known, Math.max(2, Math.floor(name.length / 3)), (candidate, fewest) =>
    // Names from strangers can be long; lengths that differ by more are never nearest, and cost nothing this way.
    Math.abs(candidate.length - name.length) >= fewest ? fewest : edits(name, candidate, fewest, false),
  );
}

/** The same for a glob: the fewest edits after which it would match. */
export function nearestToGlob(glob: string, known: Iterable<string>): string | undefined {
  const letters = glob.replace(/[*?]/g, '').length;
  return nearest(known, Math.max(1, Math.floor(letters / 3)), (candidate, fewest) =>
    edits(glob, candidate, fewest, true),
  );
}

/** "did you mean …", or nothing: ready for the `todo` of an error. */
export function nearestHint(name: string, known: Iterable<string>): string | undefined {
  return asQuestion(nearestName(name, known));
}

/** What to do about a glob, or a name, that no node of a model has. */
export function hintForNodes(glob: string, known: Iterable<string>): string {
  const question = asQuestion(nearestToGlob(glob, known));
  return `${question ? `${question} ` : ''}mobileone inspect --nodes lists the names`;
}

/** Names are listed up to here. */
const LISTED = 5;

/** What to do about the name of an output that no value of a model has. @param outputs those that it has now */
export function hintForOutput(name: string, known: Iterable<string>, outputs: readonly string[]): string {
  const more = outputs.length > LISTED ? ` and ${outputs.length - LISTED} more` : '';
  const said = asQuestion(nearestName(name, known)) ?? `its outputs are ${outputs.slice(0, LISTED).join(', ')}${more};`;
  return `${said} mobileone inspect --nodes lists the names`;
}

function asQuestion(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `did you mean ${name}?`;
}

function nearest(
  known: Iterable<string>,
  most: number,
  editsTo: (candidate: string, fewest: number) => number,
): string | undefined {
  let best: string | undefined;
  let fewest = most + 1;
  for (const candidate of known) {
    const needed = editsTo(candidate, fewest);
    if (needed < fewest) [best, fewest] = [candidate, needed];
  }
  return best;
}

/**
 * Levenshtein's distance: insertions, deletions and substitutions, row by row, whatever the case. In a glob `*` stands for
 * any text and `?` for any character.
 * @param enough as many edits are as good as any more, so that the rest need not be counted
 */
function edits(from: string, to: string, enough: number, isGlob: boolean): number {
  const [a, b] = [from.toLowerCase(), to.toLowerCase()];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const letter = a[i - 1];
    const isStar = isGlob && letter === '*';
    const next = [(row[0] ?? 0) + (isStar ? 0 : 1)];
    for (let j = 1; j <= b.length; j++) {
      const [above, left] = [row[j] ?? 0, next[j - 1] ?? 0];
      const isSame = letter === b[j - 1] || (isGlob && letter === '?');
      next.push(isStar ? Math.min(above, left) : Math.min((row[j - 1] ?? 0) + (isSame ? 0 : 1), above + 1, left + 1));
    }
    if (Math.min(...next) >= enough) return enough;
    row = next;
  }
  return row[b.length] ?? 0;
}
