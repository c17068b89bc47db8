// Runs ONNX's own node tests through every target.
// node test/conformance/run.js [--only PATTERN] [--to LIST] [--update]
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formats } from '../../dist/formats/index.js';
import { readCases } from './cases.js';
import { operatorsPage } from './operators-page.js';
import { prepareCases } from './prepare-cases.js';
import { runCases } from './run-cases.js';
import { tally } from './tally.js';

const BASELINE = fileURLToPath(new URL('baseline.json', import.meta.url));
const PAGE = fileURLToPath(new URL('../../docs/operators.md', import.meta.url));
const UPDATE = 'npm run conformance -- --update';

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, to: { type: 'string' }, update: { type: 'boolean', default: false } },
});
const wanted = options.to?.split(',') ?? [...formats.keys()];
const isWhole = options.only === undefined && options.to === undefined;

const folder = prepareCases();
const { onnx: version, cases } = readCases(folder);
const only = new RegExp(options.only ?? '');
const targets = await Promise.all(wanted.map((name) => formats.get(name).load()));
const results = await runCases(
  cases.filter(({ name, operator }) => only.test(name) || only.test(operator)),
  targets,
);
writeFileSync(join(folder, 'results.json'), `${JSON.stringify(results, undefined, 1)}\n`);

const counts = tally(results, wanted);
const failures = wrongOnes(results);
if (isWhole) failures.push(...settle());
else for (const line of refusedOnes(results)) console.log(line);
for (const failure of failures) console.log(failure);
const passed = Object.entries(counts.targets).map(([target, { right, refused, wrong, operators }]) => {
  console.log(`${target}: ${right} right of ${operators} operators, ${refused} refused, ${wrong} wrong`);
  return right;
});
console.log(`not judged, as ONNX Runtime is not right itself: ${counts.notJudged} of ${counts.tests}`);
const sum = passed.reduce((all, right) => all + right, 0);
console.log(`\n${sum} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 || sum === 0 ? 1 : 0;

function wrongOnes(all) {
  return all.flatMap(({ name, targets, defects }) => [
    ...Object.entries(targets)
      .filter(([, { outcome }]) => outcome === 'wrong')
      .map(([target, { reason }]) => `WRONG ${name} to ${target}: ${reason}`),
    ...defects.map((defect) => `WRONG ${name} to ${defect}`),
  ]);
}

function refusedOnes(all) {
  return all.flatMap(({ name, source, targets }) => [
    ...(source.outcome === 'not judged' ? [`not judged ${name}: ${source.reason}`] : []),
    ...Object.entries(targets)
      .filter(([, { outcome }]) => outcome === 'refused')
      .map(([target, { operator, reason }]) => `refused ${name} to ${target}: ${operator ?? 'the model'}: ${reason}`),
  ]);
}

/** Holds a whole run against what is published, or publishes it. */
function settle() {
  const page = operatorsPage(results, counts, version);
  const baseline = `${JSON.stringify({ onnx: version, ...counts }, undefined, 2)}\n`;
  if (options.update) {
    writeFileSync(BASELINE, baseline);
    writeFileSync(PAGE, page);
    return [];
  }
  return [...fallen(JSON.parse(readFileSync(BASELINE, 'utf8'))), ...outOfDate(page)];
}

function fallen(before) {
  const lines = [];
  for (const [target, { right }] of Object.entries(before.targets)) {
    const now = counts.targets[target]?.right ?? 0;
    if (now < right) lines.push(`FALLEN ${target}: ${now} tests are right, ${right} were`);
  }
  if (counts.notJudged > before.notJudged) {
    lines.push(`FALLEN ${counts.notJudged} tests are not judged, ${before.notJudged} were`);
  }
  return lines;
}

/** One failure, with the lines that differ. */
function outOfDate(page) {
  const published = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  if (published === page) return [];
  const [old, now] = [published, page].map((text) => new Set(text.split('\n')));
  const changes = [
    ...[...old].filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...[...now].filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ];
  return [`OUT OF DATE docs/operators.md; run ${UPDATE}\n${changes.slice(0, 40).join('\n')}`];
}
