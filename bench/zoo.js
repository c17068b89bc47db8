// Converts every model of a folder to every target, one run each, and writes a table of what came out.
// npm run zoo -- FOLDER [--only NAME,…] [--new] [--table FILE]
// A model is FOLDER/NAME/model.onnx, as tools/zoo/export.py writes them, or FOLDER/NAME.onnx; what was found is kept
// beside it, so that --only and --new (models not yet tried) renew part of the table.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { judgeModel } from './zoo/model.js';
import { summary, table } from './zoo/table.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, new: { type: 'boolean', default: false }, table: { type: 'string' } },
});
const [folder] = positionals;
if (folder === undefined || positionals.length !== 1) {
  console.error('zoo: name one folder of models: npm run zoo -- FOLDER [--only NAME,…] [--new] [--table FILE]');
  process.exit(2);
}

function modelsOf(path) {
  return readdirSync(path)
    .sort()
    .flatMap((entry) => {
      const place = join(path, entry);
      if (entry.endsWith('.onnx'))
        return { name: entry.slice(0, -'.onnx'.length), model: place, results: `${place}.zoo.json` };
      const model = join(place, 'model.onnx');
      if (!existsSync(model)) return [];
      const known = {
        input: join(place, 'input.npy'),
        output: join(place, 'output.npy'),
        ideal: join(place, 'ideal.json'),
      };
      return { name: entry, model, results: join(place, 'zoo.json'), ...known };
    });
}

const models = modelsOf(resolve(folder));
const only = values.only?.split(',');
const asked = (name) => !only || only.some((part) => name === part || name.startsWith(`${part}_`));
for (const place of models) {
  if (!asked(place.name) || (values.new && existsSync(place.results))) continue;
  const result = await judgeModel(join(root, 'bin', 'mobileone.js'), place);
  writeFileSync(place.results, `${JSON.stringify(result, null, 2)}\n`);
  console.log(summary([result]).replaceAll('\n', ' '));
}
const results = models
  .filter(({ results }) => existsSync(results))
  .map(({ results }) => JSON.parse(readFileSync(results, 'utf8')));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
writeFileSync(resolve(values.table ?? join(root, 'docs', 'zoo.md')), table(results, version));
console.log(summary(results));
