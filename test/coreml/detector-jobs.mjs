import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convert } from '../../dist/index.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const DETECTORS = join(root, 'fixtures', 'detectors');
const SSDLITE = join(root, '.cache', 'corpus', 'ssdlite_mobileone_s0_nms_ts13');
/** Where no `case.json` says otherwise. */
const THREE = { boxes: 'boxes', scores: 'scores', labels: 'labels' };
const FORMS = [
  { nms: 'pipeline' },
  { nms: 'padded' },
  // The operator has another form there.
  { nms: 'padded', deploymentTarget: 'iOS17' },
  { nms: 'padded', deploymentTarget: 'iOS18' },
];

/** Detectors that end in NonMaxSuppression, held in either form, against their known boxes: near ties move in fp16. */
export async function detectorJobs(folder, wanted) {
  const jobs = [];
  for (const source of [...readdirSync(DETECTORS).map((name) => join(DETECTORS, name)), SSDLITE]) {
    const { outputs, form = 'corners', size, firstLabel = 0, pipeline = true } = caseOf(source);
    for (const options of FORMS) {
      const name = `detector ${source.split(/[/\\]/).at(-1)} ${Object.values(options).join(' for ')}`;
      if (!name.includes(wanted) || (options.nms === 'pipeline' && !pipeline)) continue;
      const base = `detector${jobs.length}`;
      const given = { to: ['coreml'], outDir: folder, name: base, precision: 'fp32', check: false, ...options };
      await convert(join(source, 'model.onnx'), given);
      jobs.push({
        name,
        package: join(folder, `${base}.mlpackage`),
        input: join(source, 'input.npy'),
        rows: null,
        answers: Object.fromEntries(
          Object.keys(outputs).map((output) => [output, join(source, `output.${output}.npy`)]),
        ),
        ...(options.nms === 'padded' ? { counted: 'count' } : { detector: { size, form, firstLabel, outputs } }),
        tolerance: 1e-4,
      });
    }
  }
  return jobs;
}

/** What the outputs of a detector hold, and in which units. */
function caseOf(source) {
  if (source === SSDLITE) return { outputs: THREE, size: [1, 1] };
  const path = join(source, 'case.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { outputs: THREE, size: [64, 64] };
}
