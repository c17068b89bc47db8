import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One run of the command line: its exit code, the report where it wrote one, its last line of standard error, seconds. */
export async function runConvert(bin, model, outDir, options) {
  const report = join(outDir, 'report.json');
  const start = performance.now();
  const args = [bin, 'convert', model, '--quiet', '--out-dir', outDir, '--name', 'zoo', '--report', report, ...options];
  const { exitCode, stderr } = await ended(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] }));
  const seconds = (performance.now() - start) / 1000;
  return { exitCode, stderr, seconds, report: exitCode === 1 || exitCode === 2 ? undefined : read(report) };
}

function ended(child) {
  return new Promise((done, fail) => {
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', fail);
    child.on('close', (code, signal) => done({ exitCode: code ?? signal, stderr: stderr.trim() }));
  });
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // A run that a signal ended leaves none.
    return undefined;
  }
}
