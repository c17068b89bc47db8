import { errorLine } from '../error-line.js';
import { judgedOf } from '../judged.js';
import { showSeconds } from '../numbers.js';
import type { Outcome, PartReport, Report } from '../report.js';
import { marked } from './words.js';

const HEADINGS: Readonly<Record<Outcome, string>> = {
  equivalent: 'Every artefact answers alike',
  different: 'An artefact answers otherwise',
  'budget not met': 'A budget is not met',
  'not compared': 'Nothing could be compared',
  'not checked': 'Written, but not checked',
  failed: 'The run failed',
};

function partHeading({ shard, of, samples }: PartReport): string {
  return `Part ${shard} of ${of}, ${samples} samples: judged by mobileone report merge`;
}

/** What the run came to, and every reason why it is not well. */
export function Verdict({ report }: { report: Report }) {
  const { mark, tone } = marked(report.verdict);
  const milliseconds = report.milliseconds ?? report.host?.milliseconds;
  const errors = report.models.flatMap((model) => [model.error, ...judgedOf(model).map(({ error }) => error)]);
  const lines = new Set(errors.flatMap((error) => (error ? [errorLine(error)] : [])));
  return (
    <header class={`verdict ${tone}`}>
      <h1>
        {mark} {report.part ? partHeading(report.part) : HEADINGS[report.verdict]}
      </h1>
      {[...lines].map((line) => (
        <p key={line}>{line}</p>
      ))}
      <p class="faint">
        mobileone {report.tool.version} {report.command}, exit code {report.exitCode}
        {milliseconds === undefined ? '' : `, ${showSeconds(milliseconds)}`}
      </p>
    </header>
  );
}
