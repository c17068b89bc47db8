import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { judgedOf } from '../judged.js';
import type { ModelReport, Report } from '../report.js';
import { Artefacts } from './artefacts.js';
import { Data } from './data.js';
import { Counts, Declined, Merged, Notes, Source } from './model.js';
import { Outputs } from './outputs.js';
import { Parted } from './parted.js';
import { Proof } from './proof.js';
import { Verdict } from './verdict.js';
import { Name } from './words.js';

/**
 * A report for the summary of a job, as HTML, which Markdown leaves as it is: sections are one line each, a blank line apart.
 * @param room bytes that it may have; sections are left out whole, from the end, and their number is told
 */
export function jobSummary(report: Report, room: number): string {
  const sections = [
    <Verdict key="verdict" report={report} />,
    ...report.models.map((model) => <Head key={model.source.path} model={model} />),
    ...report.models.flatMap(details),
  ];
  const texts = sections.map((section) => `${renderToString(section)}\n\n`);
  return fitting(
    texts.filter((text) => text.trim() !== ''),
    room,
  );
}

function Head({ model }: { model: ModelReport }) {
  return (
    <section>
      <h2>
        <Name of={model.source.path} />
      </h2>
      <Source source={model.source} />
      <Artefacts model={model} />
      <Counts model={model} />
    </section>
  );
}

/** What matters most comes first: the end may be left out. */
function details(model: ModelReport): VNode[] {
  const judged = judgedOf(model);
  return [
    ...judged.map((each) => <Data key="data" judged={each} />),
    ...judged.map((each) => <Parted key="parted" judged={each} source={model.source.path} isDrawn={false} />),
    ...judged.map((each) => <Proof key="proof" judged={each} />),
    <Notes key="notes" model={model} />,
    <Outputs key="outputs" model={model} />,
    <Merged key="merged" model={model} />,
    <Declined key="declined" model={model} />,
  ];
}

function fitting(sections: readonly string[], room: number): string {
  const told = (count: number) =>
    count === 0
      ? ''
      : `<p>${count} ${count === 1 ? 'section is' : 'sections are'} left out: there is no more room here</p>\n`;
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  let left = room - bytes(told(sections.length));
  let kept = 0;
  while (kept < sections.length) {
    left -= bytes(sections[kept] ?? '');
    if (left < 0) break;
    kept++;
  }
  const text = sections.slice(0, kept).join('') + told(sections.length - kept);
  return bytes(text) <= room ? text : '';
}
