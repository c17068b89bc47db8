import type { FiguresReport, JudgementReport } from '../check/report.js';
import type { ShareReport } from '../data/report.js';
import { shownFigures } from './check-lines.js';
import { errorLine } from './error-line.js';
import { type Judged, judgedOf, SENTENCES } from './judged.js';
import type { ErrorReport, ModelReport, Outcome } from './report.js';
import { showLine, showName } from './text.js';

/** One thing that was judged, as test reports have it. */
export interface TestCase {
  readonly name: string;
  /** `failed`: what was judged is wrong; `broken`: it could not be judged. */
  readonly result: 'passed' | 'failed' | 'broken' | 'skipped';
  /** What was measured, or what is wrong, a line each. */
  readonly lines: readonly string[];
}

/** The cases of each model. No two of a run have one name: GitLab shows the first of such cases alone. */
export function testSuites(models: readonly ModelReport[]): (readonly TestCase[])[] {
  const times = new Map<string, number>();
  const unique = (each: TestCase): TestCase => {
    const count = (times.get(each.name) ?? 0) + 1;
    times.set(each.name, count);
    return count === 1 ? each : unique({ ...each, name: `${each.name} (${count})` });
  };
  return models.map((model) => casesOf(model).map(unique));
}

/** A case for each artefact, for each of its outputs in each check, and for its proof. */
function casesOf(model: ModelReport): TestCase[] {
  const judged = judgedOf(model);
  const cases = judged.flatMap((each) => [verdictCase(each), ...outputCases(each), ...proofCases(each)]);
  return [...modelCases(model, judged), ...cases];
}

/** A model that failed before anything was judged, or for a reason of its own. */
function modelCases({ error, source }: ModelReport, judged: readonly Judged[]): TestCase[] {
  const isToldBelow = judged.some((each) => each.error !== null);
  if (error === null || isToldBelow) return [];
  return [{ name: showName(source.path), result: resultOf(error.kind), lines: [errorLine(error)] }];
}

function verdictCase({ path, outcome, error, notes, check, data }: Judged): TestCase {
  const results: Readonly<Record<Outcome, TestCase['result']>> = {
    equivalent: 'passed',
    different: 'failed',
    'budget not met': 'failed',
    'not compared': 'broken',
    'not checked': 'skipped',
    failed: 'broken',
  };
  const said = [...notes, ...(check?.notes ?? [])].map((note) => `note: ${showLine(note)}`);
  const first = error ? errorLine(error) : SENTENCES[outcome];
  return { name: `${showName(path)}: verdict`, result: results[outcome], lines: [first, ...dataLines(data), ...said] };
}

function dataLines(data: Judged['data']): string[] {
  if (!data) return [];
  const { samples, agreement, top1, reference } = data;
  const shown = (share: ShareReport) => `${share.share.toFixed(3)} [${share.low.toFixed(3)}, ${share.high.toFixed(3)}]`;
  return [
    ...(agreement ? [`same class on ${shown(agreement)} of ${samples} samples`] : []),
    ...(top1 && reference.top1 ? [`top-1 ${shown(top1)}, the reference ${shown(reference.top1)}`] : []),
  ];
}

function outputCases({ path, check }: Judged): TestCase[] {
  return (check?.judgements ?? []).flatMap((judgement) =>
    judgement.outputs.map((figures) => outputCase(path, judgement, figures)),
  );
}

function outputCase(path: string, { purpose, precision, measure }: JudgementReport, figures: FiguresReport): TestCase {
  const { output, failures, reason, isUndecided } = figures;
  const what = purpose === 'lowering' ? 'with fp32 constants' : precision;
  const failed = isUndecided ? 'broken' : 'failed';
  return {
    name: `${showName(path)}: ${showName(output)} (${what})`,
    result: failures.length === 0 ? 'passed' : failed,
    lines: [...failures.map(showLine), shownFigures(figures, measure), ...(reason === null ? [] : [showLine(reason)])],
  };
}

/** What is not proved may be right all the same. */
function proofCases({ path, proof }: Judged): TestCase[] {
  if (!proof) return [];
  const isDifferent = proof.blocks.some(({ verdict }) => verdict === 'different');
  const result = proof.network ? 'passed' : 'skipped';
  const lines = proof.blocks
    .filter(({ verdict }) => verdict !== 'proved')
    .map(
      ({ node, verdict, reason }) => `${showName(node)}: ${verdict}${reason === null ? '' : `, ${showLine(reason)}`}`,
    );
  return [
    {
      name: `${showName(path)}: proof`,
      result: isDifferent ? 'failed' : result,
      lines: [`${proof.proved} blocks proved, ${proof.notProved} not`, ...lines],
    },
  ];
}

function resultOf(kind: ErrorReport['kind']): TestCase['result'] {
  return kind === 'NotEquivalentError' || kind === 'GateError' || kind === 'UnsupportedError' ? 'failed' : 'broken';
}
