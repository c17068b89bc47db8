import { errorLine } from '../../../report/error-line.js';
import { showSeconds } from '../../../report/numbers.js';
import { htmlPage } from '../../../report/page/html-page.js';
import { showLine } from '../../../report/text.js';
import type { EngineReport, StudyReport } from '../report.js';
import { Correlations } from './correlations.js';
import { Networks } from './networks.js';
import { ScatterPlots } from './scatter-plots.js';

/** A study as a page: what was found, then how it goes together, each plot and each figure in the file itself. */
export function studyPage(report: StudyReport): string {
  return htmlPage({ title: 'mobileone study', version: report.tool.version }, <Body report={report} />);
}

function Body({ report }: { report: StudyReport }) {
  return (
    <>
      <Head report={report} />
      <main>
        <Networks networks={report.networks} />
        <ScatterPlots networks={report.networks} />
        <Correlations correlations={report.correlations} />
        <Notes notes={report.notes} />
      </main>
      <footer>
        Latencies are medians of warm runs in the quieter half of turns of random order; MAD is the median distance of
        all runs from it
      </footer>
    </>
  );
}

function Head({ report }: { report: StudyReport }) {
  const { machine, engines, noise, exitCode, errors, milliseconds } = report;
  const isWell = exitCode === 0;
  return (
    <header class={`verdict ${isWell ? 'good' : 'bad'}`}>
      <h1>{isWell ? '✔ What costs time on this machine' : '✘ A gate is not met, or a network failed'}</h1>
      {errors.map((error) => (
        <p key={errorLine(error)}>{errorLine(error)}</p>
      ))}
      <p class="faint">
        {showLine(machine.processor)}, {machine.cores} cores, {machine.platform} {machine.architecture}, Node{' '}
        {machine.node}
      </p>
      {engines.length > 0 ? (
        <p class="faint">
          {engines.map(engineLine).join('; ')}
          {noise === null ? '' : `; turns of one network lie ${(100 * noise).toFixed(1)} % apart`}
        </p>
      ) : null}
      <p class="faint">
        mobileone {report.tool.version} study, exit code {exitCode}, {showSeconds(milliseconds)}
      </p>
    </header>
  );
}

function engineLine({ engine, package: name, version, browser, renderer }: EngineReport): string {
  const where = [browser, renderer].flatMap((each) => (each === null ? [] : [showLine(each)]));
  return `${engine}: ${name} ${version}${where.length > 0 ? ` in ${where.join(', ')}` : ''}`;
}

function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <section>
      <h3>Notes</h3>
      <ul>
        {notes.map((note) => (
          <li key={note}>{showLine(note)}</li>
        ))}
      </ul>
    </section>
  );
}
