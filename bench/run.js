// Measures whole processes and latency and writes bench/results.md; the README quotes its tables.
// node bench/run.js [ROUNDS]
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { latencyRatio } from './tools/latency.js';
import { readFolder, tfjsLatency, withActivationsApart } from './tools/tfjs-latency.js';
import { median, runInTurn } from './tools/whole-process.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const corpus = join(root, '.cache', 'corpus');
const rounds = Number(process.argv[2] ?? 5);
const out = mkdtempSync(join(tmpdir(), 'bench-out-'));
const bin = join(root, 'bin', 'mobileone.js');
const copy = join(root, 'bench', 'tools', 'copy.js');
const reencode = join(root, 'bench', 'tools', 'reencode.js');

const model = (name) => join(corpus, name, 'model.onnx');
const digits = (name) => join(root, 'fixtures', 'digits', name, 'model.onnx');

function convert(name, ...options) {
  return [bin, 'convert', model(name), '--quiet', '--out-dir', join(out, options.join('_')), ...options];
}

function wholeProcesses() {
  const commands = new Map();
  for (const name of ['mobileone_s0_ts13', 'mobileone_s4_ts13']) {
    commands.set(`${name} plain copy of the bytes`, [copy, model(name), join(out, 'copy.onnx')]);
    commands.set(`${name} decoded and encoded again by onnx-proto`, [reencode, model(name), join(out, 'again.onnx')]);
    commands.set(`${name} to ONNX, no check`, convert(name, '--no-check'));
    commands.set(`${name} to ONNX, checked`, convert(name));
  }
  for (const target of ['tfjs', 'coreml']) {
    commands.set(
      `mobileone_s0_ts13 to ${target}, no check`,
      convert('mobileone_s0_ts13', '--to', target, '--no-check'),
    );
  }
  return runInTurn(commands, rounds);
}

function processTable(runs) {
  const rows = [...runs].map(([name, { seconds, mebibytes }]) => {
    const [network] = name.split(' ');
    const time = median(seconds);
    const factor = time / median(runs.get(`${network} plain copy of the bytes`).seconds);
    const file = statSync(model(network)).size / 2 ** 20;
    return `| ${name} | ${time.toFixed(2)} | ${factor.toFixed(1)} | ${mebibytes.toFixed(0)} | ${file.toFixed(0)} |`;
  });
  return ['| whole process | s | times the copy | peak MiB | file MiB |', '|---|---|---|---|---|', ...rows].join('\n');
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
async function tfjsTable() {
  const write = (name, ...options) => {
    const path = model('mobileone_s0_ts13');
    const common = ['--to', 'tfjs', '--quiet', '--no-check', '--out-dir', out, '--name', name];
    execFileSync(process.execPath, [bin, 'convert', path, ...common, ...options]);
    return readFolder(join(out, `${name}.tfjs`));
  };
  const fused = write('s0');
  const variants = new Map([
    ['as written', fused],
    ['biases and activations as nodes of their own', withActivationsApart(fused)],
    ['branches not merged', write('s0-unfused', '--no-fuse')],
  ]);
  const times = await tfjsLatency(variants, [1, 224, 224, 3]);
  const own = times.get('as written');
  const rows = [...times].map(([name, time]) => `| ${name} | ${time.toFixed(1)} | ${(time / own).toFixed(2)} |`);
  return ['| S0 in TensorFlow.js, wasm, one thread | ms | times as written |', '|---|---|---|', ...rows].join('\n');
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
  const tables = [processTable(wholeProcesses()), await latencyTable(), await tfjsTable()].join('\n\n');
  const machine = `Version ${version}, Node ${process.versions.node}, ${cpus().length} cores, medians of ${rounds} runs in turn.`;
  writeFileSync(join(root, 'bench', 'results.md'), `# Benchmark\n\n${machine}\n\n${tables}\n`);
  quote(`${machine}\n\n${tables}`);
  console.log(tables);
} finally {
  rmSync(out, { recursive: true, force: true });
}
