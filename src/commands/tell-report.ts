import { type ModelReport, modelsTable, reportJson, type SummaryOptions } from '../report/index.js';
import type { RunOutcome } from '../run/run-report.js';
import type { Told } from './command.js';

/**
 * What a command has to say that reports on models.
 * @param summarize what was done to one of them, for a person
 * @param last lines below the table of several models
 */
export function tellReport(
  { report, error }: RunOutcome,
  summarize: (model: ModelReport, options: SummaryOptions) => string,
  last: readonly string[] = [],
): Told {
  const { models, part } = report;
  const failures = models.flatMap((model) => [model.error, ...model.candidates.map((candidate) => candidate.error)]);
  return {
    error,
    errors: failures.filter((failure) => failure !== null),
    summary: (options) =>
      [
        ...models
          .filter(({ after, candidates }) => after !== null || candidates.length > 0)
          .map((model) => summarize(model, { ...options, part })),
        ...(models.length > 1 ? [`${[...modelsTable(report, options), ...last].join('\n')}\n`] : []),
      ]
        .filter((text) => text !== '')
        .join('\n'),
    json: () => reportJson(report),
    jobSummary: async (room) => (await import('../report/page/job-summary.js')).jobSummary(report, room),
  };
}
