import { sha256 } from '@noble/hashes/sha2.js';
import { renderToString } from 'preact-render-to-string';
import { judgedOf } from '../judged.js';
import type { ModelReport, Report } from '../report.js';
import { Artefacts } from './artefacts.js';
import { Blocks } from './blocks.js';
import { Data, type Thumbnails } from './data.js';
import { Counts, Declined, Notes, Source } from './model.js';
import { Outputs } from './outputs.js';
import { Parted } from './parted.js';
import { Proof } from './proof.js';
import { STYLE } from './style.js';
import { Verdict } from './verdict.js';
import { Name } from './words.js';

/**
 * A report as one HTML file that needs no network and runs no script; what names from strangers would make of it is escaped.
 * @param thumbnails pictures of the samples that are furthest off, where there are any
 */
export function reportPage(report: Report, thumbnails: Thumbnails = new Map()): string {
  return `<!doctype html>${renderToString(<Page report={report} thumbnails={thumbnails} />)}\n`;
}

/** Nothing is loaded but pictures that the page holds, nothing styled but by its own sheet. */
function policy(): string {
  const hash = btoa(String.fromCharCode(...sha256(new TextEncoder().encode(STYLE))));
  return `default-src 'none'; img-src data:; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}

function Page({ report, thumbnails }: { report: Report; thumbnails: Thumbnails }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy()} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content={`mobileone ${report.tool.version}`} />
        <title>{`mobileone ${report.command}`}</title>
        <style>{STYLE}</style>
      </head>
      <body>
        <Verdict report={report} />
        {report.models.map((model) => (
          <Model key={model.source.path} model={model} thumbnails={thumbnails} />
        ))}
        <footer>Errors and noise are shares of the largest number of an output; limits are what passes</footer>
      </body>
    </html>
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
