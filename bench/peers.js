// Runs other tools side by side with this one, on the same files, and writes what came of it to docs/peers.md; the README quotes one table.
// npm run bench:peers [-- [FOLDER] [--only NAME,…] [--rounds N]]
// A model is FOLDER/NAME/model.onnx; without a folder, a digit network and MobileOne S0. What was found is kept in .cache/peers, so that --only
// renews part of the page. With --rounds 0 every tool runs once.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compare } from './peers/compare.js';
import { install, ownMegabytes } from './peers/installed.js';
import { page, quoted } from './peers/table.js';
import { TOOLS } from './peers/tools.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const corpus = join(root, '.cache', 'corpus');
const QUOTED = 'mobileone_s0_ts13';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, rounds: { type: 'string', default: '5' } },
});
if (positionals.length > 1) {
  console.error('peers: name one folder of models: npm run bench:peers -- FOLDER [--only NAME,…] [--rounds N]');
  process.exit(2);
}

function carriedModels() {
  execFileSync(process.execPath, [join(root, 'fixtures', 'expand.mjs'), corpus, QUOTED], { stdio: 'ignore' });
  return [
    { name: 'digits_ts13_bn', path: join(root, 'fixtures', 'digits', 'digits_ts13_bn', 'model.onnx') },
    { name: QUOTED, path: join(corpus, QUOTED, 'model.onnx') },
  ];
}

function modelsOf(folder) {
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, path: join(folder, name, 'model.onnx') }))
    .filter(({ path }) => existsSync(path));
}

const [folder] = positionals;
const models = folder === undefined ? carriedModels() : modelsOf(resolve(folder));
const only = values.only?.split(',');
const asked = models.filter(({ name }) => only?.includes(name) ?? true);
if (asked.length === 0) {
  console.error('peers: no model.onnx found');
  process.exit(2);
}
const tools = TOOLS.map((tool) => ({ ...tool, ...install(tool.name) }));
const own = { program: join(root, 'bin', 'mobileone.js'), megabytes: ownMegabytes(root) };
const kept = (name) => join(root, '.cache', 'peers', `${name}.json`);
for (const { name, path } of asked) {
  const [load] = loadavg();
  const result = { name, load, ...(await compare(path, own, tools, Number(values.rounds))) };
  writeFileSync(kept(name), JSON.stringify(result));
  console.log(quoted(result));
}
const results = models.flatMap(({ name }) =>
  existsSync(kept(name)) ? [JSON.parse(readFileSync(kept(name), 'utf8'))] : [],
);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const machine = { version, node: process.versions.node, cores: cpus().length, rounds: Number(values.rounds) };
writeFileSync(join(root, 'docs', 'peers.md'), page(results, machine));
const shown = results.find(({ name }) => name === QUOTED);
if (shown) {
  const readme = join(root, 'README.md');
  const marked = /(<!-- peers -->\n)[\s\S]*(<!-- \/peers -->)/;
  const text = readFileSync(readme, 'utf8');
  writeFileSync(
    readme,
    text.replace(marked, (_, start, end) => `${start}${quoted(shown)}\n${end}`),
  );
}
