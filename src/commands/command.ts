import type { MobileoneError } from '../model/index.js';
import type { Declaration } from '../option-kinds.js';
import type { ErrorReport, SummaryOptions } from '../report/index.js';
import type { Progress } from '../run/stations.js';

/** Something that a user can ask for: what the command line and its help say of it, and what it does. */
export interface CommandDefinition {
  readonly name: string;
  /** One line in the list of commands. */
  readonly summary: string;
  readonly description: string;
  /** What it is given, as a usage line writes it: `<model...>` for one or more, `[model...]` where there may be none. */
  readonly arguments: readonly CommandArgument[];
  /** What its help says behind the options. */
  readonly examples: string;
  /** What it can be asked, by the names of the API. */
  options(): Readonly<Record<string, Declaration>>;
  /** Whether a configuration file may hold options for it. */
  readonly isConfigurable: boolean;
  /** Whether it may have any number of samples to go through: then memory counts more than the first moments. */
  readonly goesThroughSamples: boolean;
  /** Whether it says nothing but a text for a program: then there is no shorter, longer or other form of it to ask for. */
  readonly isScript?: boolean;
  /** @throws UsageError before any work; what fails later is told with the rest */
  run(given: readonly string[], options: Readonly<Record<string, unknown>>, audience: Audience): Promise<Told>;
}

/** Who hears of a command while it runs, and what they will ask for when it is done. */
export interface Audience {
  onProgress(progress: Progress): void;
  /** Whether they will ask for the JSON: what nothing else needs is not worked out otherwise. */
  readonly isReportRead: boolean;
}

/** What a command is given, beside options. */
export interface CommandArgument {
  readonly syntax: string;
  readonly help: string;
  /** What it may be, where that is one of a few words; else it is a file or folder. */
  readonly words?: readonly string[];
}

/** What a command has to say when it is done, each part asked for where it is printed. */
export interface Told {
  /** By which it failed: its exit code is the command's. undefined: 0. */
  readonly error: MobileoneError | undefined;
  /** Where more than that failed: each of them. */
  readonly errors?: readonly ErrorReport[];
  /** For a person, whole lines; to standard output, or with `--json` to standard error. */
  summary(options: SummaryOptions): string;
  /** What `--json` prints instead, where the command was used rightly. */
  json(): string;
  /** For the summary of a job of GitHub Actions, as Markdown of at most so many bytes; without it there is none. */
  jobSummary?(room: number): Promise<string>;
}
