import { renderToString } from 'preact-render-to-string';
import { judgedOf } from '../judged.js';
import type { ModelReport, Report } from '../report.js';
import { Artefacts } from './artefacts.js';
import { Blocks } from './blocks.js';
import { Data, type Thumbnails } from './data.js';
import { htmlPage } from './html-page.js';
import { Counts, Declined, Notes, Source } from './model.js';
import { Outputs } from './outputs.js';
import { Parted } from './parted.js';
import { Proof } from './proof.js';
import { Verdict } from './verdict.js';
import { Name } from './words.js';

/**
 * A report as a page.
 * @param thumbnails pictures of the samples that are furthest off, where there are any
 */
export function reportPage(report: Report, thumbnails: Thumbnails = new Map()): string {
  const about = { title: `mobileone ${report.command}`, version: report.tool.version };
  return htmlPage(about, <Body report={report} thumbnails={thumbnails} />);
}

/** What stands in the body of that page, for a page that is there already. */
export function reportBody(report: Report): string {
  return renderToString(<Body report={report} thumbnails={new Map()} />);
}

function Body({ report, thumbnails }: { report: Report; thumbnails: Thumbnails }) {
  return (
    <>
      <Verdict report={report} />
      {report.models.map((model) => (
        <Model key={model.source.path} model={model} thumbnails={thumbnails} />
      ))}
      <footer>Errors and noise are shares of the largest number of an output; limits are what passes</footer>
    </>
  );
}

function Model({ model, thumbnails }: { model: ModelReport; thumbnails: Thumbnails }) {
  const judged = judgedOf(model);
  return (
    <main>
      <h2>
        <Name of={model.source.path} />
      </h2>
      <Source source={model.source} />
      <Artefacts model={model} />
      {judged.map((each) => (
        <Data key={each.path} judged={each} thumbnails={thumbnails} />
      ))}
      {judged.map((each) => (
        <Parted key={each.path} judged={each} source={model.source.path} />
      ))}
      {judged.map((each) => (
        <Proof key={each.path} judged={each} />
      ))}
      <Counts model={model} />
      <Outputs model={model} />
      <Notes model={model} />
      <Blocks model={model} />
      <Declined model={model} />
    </main>
  );
}
