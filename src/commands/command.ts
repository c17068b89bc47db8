import type { Declaration } from '../option-kinds.js';
import type { ModelReport, SummaryOptions } from '../report/index.js';
import type { RunOutcome } from '../run/run-report.js';
import type { Progress } from '../run/stations.js';

/** Something that a user can ask for: what the command line and its help say of it, and what it does. */
export interface CommandDefinition {
  readonly name: string;
  /** One line in the list of commands. */
  readonly summary: string;
  readonly description: string;
  /** What it is given, as a usage line writes it: `<model...>` for one or more. */
  readonly arguments: readonly { readonly syntax: string; readonly help: string }[];
  /** What its help says behind the options. */
  readonly examples: string;
  /** What it can be asked, by the names of the API. */
  options(): Readonly<Record<string, Declaration>>;
  /** Whether a configuration file may hold options for it. */
  readonly isConfigurable: boolean;
  /** Whether it may have any number of samples to go through: then memory counts more than the first moments. */
  readonly goesThroughSamples: boolean;
  /** @throws UsageError before any work; what fails later is in the outcome */
  run(
    models: readonly string[],
    options: Readonly<Record<string, unknown>>,
    onProgress?: (progress: Progress) => void,
  ): Promise<RunOutcome>;
  /** What was done to one model, for a person. */
  summarize(model: ModelReport, options: SummaryOptions): string;
}
