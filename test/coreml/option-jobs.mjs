import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convert } from '../../dist/index.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const DIGITS = join(root, 'fixtures', 'digits');
const LABELS = Array.from({ length: 10 }, (_, digit) => `digit ${digit}`);

/** What each may cost of the largest answer. */
const PRECISIONS = Object.entries({ fp32: 1e-4, fp16: 2e-2 });
const FEW_BITS = Object.entries({ int8: 5e-2, pal6: 1.5e-1, pal4: 7e-1 });

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
  const fewBits = ['iOS16', 'iOS18'].map((target) => [
    `in few bits for ${target}`,
    digits,
    { deploymentTarget: target },
    FEW_BITS,
  ]);
  const jobs = [];
  for (const [title, given, options, precisions = PRECISIONS] of [...asked, ...fewBits]) {
    for (const [precision, tolerance] of precisions) {
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
  return jobs;
}

function outputOf(source) {
  return JSON.parse(readFileSync(join(source, 'case.json'), 'utf8')).outputs[0];
}
