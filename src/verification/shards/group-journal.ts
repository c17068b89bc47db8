import { Journal } from '../../files/index.js';
import { InputError } from '../../model/index.js';
import type { Facts } from './facts.js';
import type { GroupResult } from './part.js';
import { fromText, toText } from './plain-text.js';

/** What a run has finished, group by group, beside its report: a killed one is taken up from there. */
export class GroupJournal {
  readonly #journal: Journal;
  readonly #lines: Iterator<string> | undefined;

  private constructor(journal: Journal, lines?: Iterator<string>) {
    this.#journal = journal;
    this.#lines = lines;
  }

  /**
   * @param report the file that it lies beside
   * @throws InputError where a run is to be taken up that is another
   * @throws OutputError where it cannot be written
   */
  static open(report: string, run: Facts, isTakenUp: boolean): GroupJournal {
    const file = `${report}.journal`;
    const found = isTakenUp ? Journal.takeUp(file) : undefined;
    const heading = found?.lines.next();
    if (!found || !heading || heading.done) return new GroupJournal(Journal.begin(file, toText({ mobileone: run })));
    const known = readHeading(file, heading.value);
    const other = Object.keys({ ...known, ...run }).find((name) => known[name] !== run[name]);
    if (other !== undefined) {
      throw new InputError({
        what: `it is of another run: ${other} differs`,
        where: { file },
        todo: 'repeat the command of that run, or leave out --resume',
      });
    }
    return new GroupJournal(found.journal, found.lines);
  }

  /** What the killed run had finished, in the order of samples; read once, before more is added. */
  *done(): Generator<GroupResult> {
    for (let line = this.#lines?.next(); line && !line.done; line = this.#lines?.next()) {
      yield fromText(line.value) as GroupResult;
    }
  }

  add(group: GroupResult): void {
    this.#journal.add(toText(group));
  }

  remove(): void {
    this.#journal.remove();
  }
}

function readHeading(file: string, line: string): Facts {
  try {
    const heading = fromText(line) as { readonly mobileone: Facts };
    if (typeof heading.mobileone === 'object') return heading.mobileone;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new InputError({ what: 'no journal of a verification', where: { file }, todo: 'leave out --resume' });
}
