import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convert } from '../../dist/index.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const DIGITS = join(root, 'fixtures', 'digits');
const LABELS = Array.from({ length: 10 }, (_, digit) => `digit ${digit}`);

/** What each may cost of the largest answer. */
const PRECISIONS = Object.entries({ fp32: 1e-4, fp16: 2e-2 });
/** What weights of few bits may cost, as relative L2; of tables only data can say. */
const FEW_BITS = Object.entries({ int8: 1e-1, pal6: null, pal4: null });

/** What a user may ask of the target, on networks whose answers are known. */
export async function optionJobs(folder, wanted) {
  const labels = join(folder, 'labels.txt');
  writeFileSync(labels, LABELS.join('\n'));
  const s0 = join(root, '.cache', 'corpus', 'mobileone_s0_ts13');
  const digits = {
    source: join(DIGITS, 'digits_te18'),
    input: join(DIGITS, 'images.npy'),
    rows: 4,
    output: 'output.npy',
  };
  const network = { source: s0, input: join(s0, 'input.npy'), rows: null, output: 'output.logits.npy' };
  const three = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
  const asked = [
    ['image gray', digits, { image: 'gray', mean: [0.5], std: [0.25] }],
    ['image rgb', network, { image: 'rgb', ...three }],
    ['image bgr', network, { image: 'bgr', ...three }],
    ['image, mean alone', network, { image: 'rgb', mean: [0.5, 0.5, 0.5] }],
    ['labels', digits, { labels }],
    ['labels and image', digits, { labels, image: 'gray', mean: [0.5], std: [0.25] }],
    ['nothing fused', digits, { fuse: false }],
    ['some nodes in fp32', digits, { keepFp32: ['*'] }],
    ...['iOS16', 'iOS17', 'iOS18'].map((target) => [`for ${target}`, digits, { deploymentTarget: target }]),
  ];
  const jobs = [];
  for (const [title, given, options] of asked) {
    for (const [precision, tolerance] of PRECISIONS) {
      const name = `${title}, ${precision}`;
      if (!name.includes(wanted) || (options.keepFp32 && precision === 'fp32')) continue;
      const base = `option${jobs.length}`;
      const model = join(given.source, 'model.onnx');
      await convert(model, { to: ['coreml'], outDir: folder, name: base, precision, check: false, ...options });
      jobs.push({
        name,
        package: join(folder, `${base}.mlpackage`),
        input: given.input,
        rows: given.rows,
        answers: { [options.labels ? 'classLabel_probs' : outputOf(given.source)]: join(given.source, given.output) },
        tolerance,
        // Pixels p with y = (p / 255 - mean) / std, where y is what the network was asked.
        pixels: options.image ? { mean: options.mean ?? [0], std: options.std ?? [1] } : null,
        softmax: options.labels !== undefined,
        labels: options.labels ? LABELS : null,
        colours: options.image ?? null,
      });
    }
  }
  for (const [name, given] of Object.entries({ digits, network })) {
    for (const deploymentTarget of ['iOS16', 'iOS18'])
      jobs.push(
        ...(await fewBitsJobs(folder, wanted, `${name} in few bits for ${deploymentTarget}`, given, deploymentTarget)),
      );
  }
  return jobs;
}

/** Weights of few bits are judged by the same network without: in fp32, and in fp16, in which their programs compute. */
async function fewBitsJobs(folder, wanted, title, given, deploymentTarget) {
  const asked = FEW_BITS.filter(([precision]) => `${title}, ${precision}`.includes(wanted));
  if (asked.length === 0) return [];
  const base = title.replaceAll(' ', '-');
  const packageIn = async (precision) => {
    const name = `${base}-${precision}`;
    const options = { to: ['coreml'], outDir: folder, name, precision, deploymentTarget, check: false };
    await convert(join(given.source, 'model.onnx'), options);
    return join(folder, `${name}.mlpackage`);
  };
  const job = {
    input: given.input,
    rows: given.rows,
    answers: { [outputOf(given.source)]: join(given.source, given.output) },
  };
  const [exact, plain] = [await packageIn('fp32'), await packageIn('fp16')];
  const jobs = [{ ...job, name: `${title}, without`, package: exact, tolerance: 1e-4 }];
  for (const [precision, price] of asked)
    jobs.push({
      ...job,
      name: `${title}, ${precision}`,
      package: await packageIn(precision),
      compressed: { exact, plain, price },
    });
  return jobs;
}

function outputOf(source) {
  return JSON.parse(readFileSync(join(source, 'case.json'), 'utf8')).outputs[0];
}
