import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convert } from '../../dist/index.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const DETECTORS = join(root, 'fixtures', 'detectors');
const SSDLITE = join(root, '.cache', 'corpus', 'ssdlite_mobileone_s0_nms_ts13');
const OUTPUTS = ['boxes', 'scores', 'labels'];

/** Detectors that end in NonMaxSuppression, held in either form, against PyTorch's boxes: near ties move in fp16. */
export async function detectorJobs(folder, wanted) {
  const jobs = [];
  for (const source of [...readdirSync(DETECTORS).map((name) => join(DETECTORS, name)), SSDLITE]) {
    for (const nms of ['padded', 'pipeline']) {
      const name = `detector ${source.split(/[/\\]/).at(-1)} ${nms}`;
      if (!name.includes(wanted)) continue;
      const base = `detector${jobs.length}`;
      const options = { to: ['coreml'], outDir: folder, name: base, precision: 'fp32', nms, check: false };
      await convert(join(source, 'model.onnx'), options);
      jobs.push({
        name,
        package: join(folder, `${base}.mlpackage`),
        input: join(source, 'input.npy'),
        rows: null,
        answers: Object.fromEntries(OUTPUTS.map((output) => [output, join(source, `output.${output}.npy`)])),
        ...(nms === 'padded' ? { counted: 'count' } : { detector: source === SSDLITE ? [1, 1] : [64, 64] }),
        tolerance: 1e-4,
      });
    }
  }
  return jobs;
}
