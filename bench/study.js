// Studies the networks that docs/study.md is about, twice, and writes what came of it there: npm run study -- FOLDER [--page FILE]
// FOLDER is what tools/zoo/export.py wrote. Run it on a machine that does nothing else.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { showProbability } from '../dist/report/numbers.js';
import { median, spearman } from '../dist/study/statistics/index.js';
import { NETWORKS } from './study/networks.js';

/** Spearman's coefficients that the paper gives, of 12 networks on an iPhone 12 and on a desktop processor. */
const PAPER = new Map([
  ['macs', ['0.47', '0.06']],
  ['parameters', ['0.30', '0.07']],
]);

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({ allowPositionals: true, options: { page: { type: 'string' } } });
const [folder] = positionals;
const models = NETWORKS.map((name) => join(folder ?? '', name, 'model.onnx'));
const missing = models.find((model) => !existsSync(model));
if (folder === undefined || missing !== undefined) {
  console.error(`study: ${missing ?? 'a folder'} is needed; tools/zoo/export.py writes it`);
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), 'mobileone-study-'));
try {
  const seconds = [];
  const reports = [1, 2].map((seed) => {
    const report = join(scratch, `${seed}.json`);
    const started = Date.now();
    const asked = ['study', ...models, '--form', 'fused', '--engine', 'native', '--threads', '1', '--seed', `${seed}`];
    const page = values.page && seed === 1 ? ['--html', values.page] : [];
    const { status } = spawnSync(
      process.execPath,
      [join(root, 'bin', 'mobileone.js'), ...asked, '--report', report, ...page],
      {
        stdio: 'inherit',
      },
    );
    if (status !== 0) throw new Error(`study ended with ${status}`);
    seconds.push((Date.now() - started) / 1000);
    return JSON.parse(readFileSync(report, 'utf8'));
  });
  const text = tables(reports, seconds);
  console.log(text.split('\n\n')[0]);
  write(text);
} finally {
  rmSync(scratch, { recursive: true });
}

/** @param {readonly any[]} reports two runs, the first of which is told of */
function tables(reports, seconds) {
  const [report, again] = reports;
  const { machine, engines, correlations, networks, noise } = report;
  const [model] = report.model;
  const middles = (run) => new Map(run.networks.map(({ path, latency }) => [path, latency[0].median]));
  const [first, second] = [middles(report), middles(again)];
  const pairs = [...first].map(([path, time]) => [time, second.get(path)]);
  const apart = median(pairs.map(([a, b]) => Math.abs(a - b) / Math.min(a, b)));
  const same = spearman(
    pairs.map(([a]) => a),
    pairs.map(([, b]) => b),
  );
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  const sorted = correlations.toSorted((a, b) => Math.abs(b.spearman) - Math.abs(a.spearman));
  const bounds = counted((model?.networks ?? []).map(({ bound }) => bound));
  const units = new Map([
    ['run', 'each run'],
    ['nodes', 'a node'],
    ['bytes', '1 MB moved by what computes'],
    ['bytes rearranged', '1 MB rearranged'],
  ]);
  const unit = (name) => units.get(name) ?? `1 M ${name}`;
  const scale = (name) => (name === 'run' || name === 'nodes' ? 1 : 1e6);
  return [
    `${networks.length} networks, fused, batch 1, ${engines.map(({ package: name, version }) => `${name} ${version}`).join(', ')}, one thread,`,
    `${machine.processor}, ${machine.cores} cores, Node ${machine.node.replace('v', '')}; ${seconds[0].toFixed(0)} s. Turns of one network lay ${percent(noise)} apart; a`,
    `second run ranks the networks alike (Spearman ${same.toFixed(3)}), and its medians are ${percent(apart)} apart in the middle.`,
    '',
    '| metric | Spearman with latency | 95 % interval | p | Pearson | paper, phone | paper, desktop |',
    '|---|---|---|---|---|---|---|',
    ...sorted.map(({ metric, spearman, low, high, p, pearson }) => {
      const [phone = '', desktop = ''] = PAPER.get(metric) ?? [];
      return `| ${metric} | ${spearman.toFixed(2)} | ${low.toFixed(2)} to ${high.toFixed(2)} | ${showProbability(p)} | ${pearson.toFixed(2)} | ${phone} | ${desktop} |`;
    }),
    '',
    ...(model
      ? [
          `Time as a sum of what is counted, each of ${model.families} families left out of the fit in turn: the median error is ${percent(model.medianError)}.`,
          '',
          '| term | milliseconds | networks that it bounds |',
          '|---|---|---|',
          ...Object.entries(model.coefficients).map(
            ([name, value]) => `| ${unit(name)} | ${(value * scale(name)).toPrecision(3)} | ${bounds.get(name) ?? 0} |`,
          ),
        ]
      : ['Too few networks for a fit.']),
    '',
    '| network | MACs, M | parameters, M | activations, M | MB moved | ms | MAD |',
    '|---|---|---|---|---|---|---|',
    ...networks
      .toSorted((a, b) => a.latency[0].median - b.latency[0].median)
      .map(({ path, macs, parameters, activations, bytesMoved, latency: [{ median: time, mad }] }) => {
        const millions = (value, digits) => (value === null ? '-' : (value / 1e6).toFixed(digits));
        const name = path.split(/[\\/]/).at(-2);
        return `| ${name} | ${millions(macs, 1)} | ${millions(parameters, 2)} | ${millions(activations, 2)} | ${millions(bytesMoved, 1)} | ${time.toFixed(2)} | ${mad.toFixed(2)} |`;
      }),
  ].join('\n');
}

/** Puts the tables between the markers of the page. */
function write(text) {
  const file = join(root, 'docs', 'study.md');
  const page = readFileSync(file, 'utf8');
  const marked = /(<!-- study -->\n)[\s\S]*(<!-- \/study -->)/;
  if (!marked.test(page)) throw new Error('docs/study.md has lost its markers');
  writeFileSync(
    file,
    page.replace(marked, (_, start, end) => `${start}${text}\n${end}`),
  );
}

function counted(names) {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
