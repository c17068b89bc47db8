import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PEAK_MEMORY = new URL('./peak-memory.js', import.meta.url).href;

/** Seconds and MiB of one run of Node as a whole process; memory is that of the largest process it started. */
export function runOnce(args) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const start = process.hrtime.bigint();
    const { status, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: `--import ${PEAK_MEMORY}`, BENCH_PEAK_FOLDER: folder },
    });
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
    const peaks = readdirSync(folder).map((name) => Number(readFileSync(join(folder, name), 'utf8')) / 1024);
    return { seconds, mebibytes: Math.max(...peaks) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs every command in turn, round after round, so that a drift of the machine touches all alike. */
export function runInTurn(commands, rounds) {
  const runs = new Map([...commands.keys()].map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, args] of commands) {
      const run = runOnce(args);
      // The first round fills the file caches and does not count.
      if (round >= 0) runs.get(name).push(run);
    }
  }
  return runs;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
