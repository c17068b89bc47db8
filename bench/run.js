// Measures whole processes and latency and writes bench/results.md; the README quotes its tables. What Node itself runs is
// measured in each of the Nodes of tools/nodes.js.
// node bench/run.js [ROUNDS]
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formats } from '../dist/formats/index.js';
import { latencyRatio } from './tools/latency.js';
import { measuredNodes } from './tools/nodes.js';
import { median, runInTurn } from './tools/whole-process.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const corpus = join(root, '.cache', 'corpus');
const rounds = Number(process.argv[2] ?? 5);
const out = mkdtempSync(join(tmpdir(), 'bench-out-'));
const bin = join(root, 'bin', 'mobileone.js');
const nodes = measuredNodes();
const copy = join(root, 'bench', 'tools', 'copy.js');
const reencode = join(root, 'bench', 'tools', 'reencode.js');
const tfjsVariants = join(root, 'bench', 'tools', 'tfjs-variants.js');

const model = (name) => join(corpus, name, 'model.onnx');
const digits = (name) => join(root, 'fixtures', 'digits', name, 'model.onnx');

function convert(name, ...options) {
  return [bin, 'convert', model(name), '--quiet', '--out-dir', join(out, options.join('_')), ...options];
}

const COPY = 'plain copy of the bytes';

/** What is run, by network and what is done with it. */
function wholeProcesses() {
  const rows = [];
  for (const network of ['mobileone_s0_ts13', 'mobileone_s4_ts13']) {
    rows.push(
      { network, does: COPY, args: [copy, model(network), join(out, 'copy.onnx')] },
      {
        network,
        does: 'decoded and encoded again by onnx-proto',
        args: [reencode, model(network), join(out, 'again')],
      },
      { network, does: 'to ONNX, no check', args: convert(network, '--no-check') },
      { network, does: 'to ONNX, checked natively', args: convert(network, '--engine', 'native') },
      { network, does: 'to ONNX, checked by WebAssembly', args: convert(network, '--engine', 'wasm') },
    );
  }
  for (const target of formats.keys()) {
    if (target === 'onnx') continue;
    const network = 'mobileone_s0_ts13';
    rows.push({ network, does: `to ${target}, no check`, args: convert(network, '--to', target, '--no-check') });
  }
  return rows;
}

function processTable() {
  const rows = wholeProcesses();
  const key = (version, network, does) => `${version} ${network} ${does}`;
  const commands = rows.flatMap(({ network, does, args }) =>
    nodes.map(({ version, path }) => [key(version, network, does), { node: path, args }]),
  );
  const runs = runInTurn(new Map(commands), rounds);
  const lines = rows.map(({ network, does }) => {
    const figures = nodes.map(({ version }) => {
      const { seconds, mebibytes } = runs.get(key(version, network, does));
      const time = median(seconds);
      const factor = time / median(runs.get(key(version, network, COPY)).seconds);
      return `${time.toFixed(2)} | ${factor.toFixed(1)} | ${mebibytes.toFixed(0)}`;
    });
    const file = statSync(model(network)).size / 2 ** 20;
    return `| ${network} ${does} | ${file.toFixed(0)} | ${figures.join(' | ')} |`;
  });
  const columns = nodes.map(({ version }) => `s, Node ${majorOf(version)} | times the copy | peak MiB`);
  const head = `| whole process | file MiB | ${columns.join(' | ')} |`;
  return [head, ruleUnder(head), ...lines].join('\n');
}

function majorOf(version) {
  return version.split('.')[0];
}

/** The line between the head of a table and its rows. */
function ruleUnder(head) {
  return head.replaceAll(/[^|]+/g, '---');
}

async function latencyTable() {
  const image = (size) => [1, 3, size, size];
  const fused = (path, name) => {
    execFileSync(process.execPath, [bin, 'convert', path, '--quiet', '--no-check', '--out-dir', out, '--name', name]);
    return join(out, `${name}.fused.onnx`);
  };
  const rows = [
    [
      'digits, against PyTorch merged',
      fused(digits('digits_ts13_bn'), 'digits'),
      digits('digits_deploy'),
      [1, 1, 32, 32],
    ],
  ];
  const sizes = {
    mobileone_s0_ts13: 224,
    mobileone_s4_ts13: 224,
    mobileformer_26m_ts17: 224,
    efficientnet_b0_ts13: 224,
    fastvit_t8_ts13: 256,
    repvit_m0_9_ts13: 224,
    repghostnet_050_ts13: 224,
  };
  for (const [name, size] of Object.entries(sizes)) {
    rows.push([`${name}, against its source`, fused(model(name), name), model(name), image(size)]);
  }
  const lines = [];
  for (const [name, path, peer, shape] of rows) {
    const { ratio, own, peer: other } = await latencyRatio(path, peer, shape);
    lines.push(`| ${name} | ${own.toFixed(2)} | ${other.toFixed(2)} | ${ratio.toFixed(3)} |`);
  }
  return ['| ONNX Runtime, one thread | fused ms | other ms | ratio |', '|---|---|---|---|', ...lines].join('\n');
}

/** The ways to write MobileOne S0 for TensorFlow.js that were tried, in the wasm backend. */
function tfjsTable() {
  const write = (name, ...options) => {
    const path = model('mobileone_s0_ts13');
    const common = ['--to', 'tfjs', '--quiet', '--no-check', '--out-dir', out, '--name', name];
    execFileSync(process.execPath, [bin, 'convert', path, ...common, ...options]);
    return join(out, `${name}.tfjs`);
  };
  const folders = [write('s0'), write('s0-unfused', '--no-fuse')];
  const times = nodes.map(({ path }) =>
    JSON.parse(execFileSync(path, [tfjsVariants, ...folders], { encoding: 'utf8' })),
  );
  const rows = Object.keys(times[0]).map((name) => {
    const figures = times.map((time) => `${time[name].toFixed(1)} | ${(time[name] / time['as written']).toFixed(2)}`);
    return `| ${name} | ${figures.join(' | ')} |`;
  });
  const columns = nodes.map(({ version }) => `ms, Node ${majorOf(version)} | times as written`);
  const head = `| S0 in TensorFlow.js, wasm, one thread | ${columns.join(' | ')} |`;
  return [head, ruleUnder(head), ...rows].join('\n');
}

/** Puts the tables between the markers of the README. */
function quote(text) {
  const path = join(root, 'README.md');
  const marked = /(<!-- bench -->\n)[\s\S]*(<!-- \/bench -->)/;
  writeFileSync(path, readFileSync(path, 'utf8').replace(marked, `$1${text}\n$2`));
}

execFileSync(process.execPath, [join(root, 'fixtures', 'expand.mjs'), corpus], { stdio: 'ignore' });
mkdirSync(out, { recursive: true });
try {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const tables = [processTable(), await latencyTable(), tfjsTable()].join('\n\n');
  const versions = nodes.map((node) => node.version).join(' and ');
  const machine = `Version ${version}, Node ${versions}, ${cpus().length} cores, medians of ${rounds} runs in turn.`;
  writeFileSync(join(root, 'bench', 'results.md'), `# Benchmark\n\n${machine}\n\n${tables}\n`);
  quote(`${machine}\n\n${tables}`);
  console.log(tables);
} finally {
  rmSync(out, { recursive: true, force: true });
}
