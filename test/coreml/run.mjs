/**
 * Converts the corpus, the options of the Core ML target and every operator case, and lets Python judge all packages at once:
 * coremltools reads them, and an independent interpreter of MIL on PyTorch runs them against PyTorch's answers. Then damages
 * packages, one field at a time, and expects each to be rejected. Ends with "N passed, N failed"; needs `npm run build`.
 * Before that, single nodes over all ranks and types are held against coremltools' constructors of the operations they become.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judgePython } from '../judge-python.mjs';
import { corpusJobs } from './corpus-jobs.mjs';
import { detectorJobs } from './detector-jobs.mjs';
import { factsOfMil } from './facts.mjs';
import { flexibleJobs } from './flexible-jobs.mjs';
import { operatorJobs } from './operator-jobs.mjs';
import { optionJobs } from './option-jobs.mjs';
import { writeSweep } from './sweep-jobs.mjs';

const here = dirname(fileURLToPath(import.meta.url));
/** A word that a job's name must hold, for whoever works on one of them. */
const [wanted = ''] = process.argv.slice(2);

const python = judgePython({
  requirements: join(here, 'requirements.txt'),
  environment: 'coreml-venv',
  judges: 'Core ML packages',
  given: process.env.MOBILEONE_JUDGE_PYTHON,
});
const folder = mkdtempSync(join(tmpdir(), 'mobileone-coreml-'));
let status = 1;
try {
  const sweep = writeSweep(folder, wanted);
  for (const failure of sweep.failures) console.log(`FAILED ${failure}`);
  console.log(
    `of single nodes ${sweep.written} were written, ${sweep.refused} refused by name, ${sweep.invalid} are not ONNX`,
  );
  writeFileSync(join(folder, 'facts.json'), JSON.stringify(factsOfMil()));
  const swept = spawnSync(python, [join(here, 'sweep.py'), join(folder, 'sweep.jsonl'), join(folder, 'facts.json')], {
    stdio: 'inherit',
  });

  const jobs = [];
  for (const family of [corpusJobs, optionJobs, detectorJobs, flexibleJobs, operatorJobs])
    jobs.push(...(await family(folder, wanted)));
  console.log(`${jobs.length} packages were written`);
  writeFileSync(join(folder, 'jobs.json'), JSON.stringify(jobs));
  ({ status } = spawnSync(python, [join(here, 'judge.py'), join(folder, 'jobs.json')], { stdio: 'inherit' }));
  if (swept.status !== 0 || sweep.failures.length > 0) status ||= 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = status ?? 1;
