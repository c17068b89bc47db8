/**
 * Converts the corpus, the options of the Core ML target and every operator case, and lets Python judge all packages at once:
 * coremltools reads them, and an independent interpreter of MIL on PyTorch runs them against PyTorch's answers. Then damages
 * packages, one field at a time, and expects each to be rejected. Ends with "N passed, N failed"; needs `npm run build`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { corpusJobs } from './corpus-jobs.mjs';
import { operatorJobs } from './operator-jobs.mjs';
import { optionJobs } from './option-jobs.mjs';
import { judgePython } from './python.mjs';

const here = dirname(fileURLToPath(import.meta.url));
/** A word that a job's name must hold, for whoever works on one of them. */
const [wanted = ''] = process.argv.slice(2);

const python = judgePython();
const folder = mkdtempSync(join(tmpdir(), 'mobileone-coreml-'));
let status = 1;
try {
  const jobs = [];
  for (const family of [corpusJobs, optionJobs, operatorJobs]) jobs.push(...(await family(folder, wanted)));
  console.log(`${jobs.length} packages were written`);
  writeFileSync(join(folder, 'jobs.json'), JSON.stringify(jobs));
  ({ status } = spawnSync(python, [join(here, 'judge.py'), join(folder, 'jobs.json')], { stdio: 'inherit' }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = status ?? 1;
