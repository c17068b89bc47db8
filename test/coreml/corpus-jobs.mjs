import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convert } from '../../dist/index.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const DIGITS = join(root, 'fixtures', 'digits');
const CASES = join(root, 'fixtures', 'cases');
const CORPUS = join(root, '.cache', 'corpus');

/** What a target cannot hold is cut off: a case of the corpus counts for Core ML with that cut. */
const CUTS = new Map([['ssdlite_mobileone_s0_nms_ts13', ['/Unsqueeze_output_0', '/Reshape_output_0']]]);

/** coremltools leaves as many of MobileOne S0, re-parameterised in PyTorch: 43 conv, 43 relu, a mean, a reshape, a linear. */
const OPERATIONS = new Map([
  ['mobileone_s0 fp32', 89],
  ['mobileone_s0 fp16', 91],
]);

/** The fp32 limit of a network whose answers PyTorch and ONNX Runtime themselves agree on less well. */
const LOOSER = { mobileone_s4: 1e-3 };

/** Every network of the corpus in both precisions, against PyTorch's answers; of the small cases those that Core ML is told of. */
export async function corpusJobs(folder, wanted) {
  execFileSync(process.execPath, [join(root, 'fixtures', 'expand.mjs'), CORPUS], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const jobs = [];
  for (const parent of [DIGITS, CASES, CORPUS]) {
    for (const name of readdirSync(parent).sort()) {
      const source = join(parent, name);
      if (!name.includes(wanted) || !existsSync(join(source, 'case.json'))) continue;
      for (const precision of precisionsOf(source)) {
        // What stays in float32 is found by the check.
        const check = parent === CASES && precision === 'fp16';
        jobs.push(await corpusJob(folder, source, name, { precision, check }));
      }
    }
  }
  return jobs;
}

/** A small case says whether it answers in fp16 as well, and has no options where it is one network as it stands. */
function precisionsOf(source) {
  const { targets = ['coreml', 'coreml16'], options = [] } = JSON.parse(
    readFileSync(join(source, 'case.json'), 'utf8'),
  );
  const names = { coreml: 'fp32', coreml16: 'fp16' };
  return options.length > 0 ? [] : targets.flatMap((target) => names[target] ?? []);
}

async function corpusJob(folder, source, name, { precision, check }) {
  const given = JSON.parse(readFileSync(join(source, 'case.json'), 'utf8'));
  const outputs = CUTS.get(name);
  const base = `${name}.${precision}`;
  await convert(join(source, 'model.onnx'), {
    to: ['coreml'],
    outDir: folder,
    name: base,
    precision,
    check,
    ...(outputs && { outputs }),
  });
  const isHalfSource = given.tolerance > 1e-3;
  const looser = Object.entries(LOOSER).find(([start]) => name.startsWith(start))?.[1] ?? 1e-4;
  const operations = [...OPERATIONS].find(
    ([key]) => `${name} ${precision}`.startsWith(key.split(' ')[0]) && key.endsWith(precision),
  );
  const answers = outputs ? {} : Object.fromEntries(given.outputs.map((output) => [output, answerOf(source, output)]));
  return {
    name: base,
    package: join(folder, `${base}.mlpackage`),
    input: normalize(join(source, given.input.file)),
    // The digits have 200 images and a fixed batch of 1.
    rows: 'batch' in given.input ? 4 : null,
    answers,
    tolerance: precision === 'fp16' || isHalfSource ? 2e-2 : looser,
    convolutions: given.ideal.convolutions,
    operations: operations?.[1] ?? null,
  };
}

function answerOf(source, output) {
  const own = join(source, `output.${output}.npy`);
  return existsSync(own) ? own : join(source, 'output.npy');
}
