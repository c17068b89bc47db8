import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PEAK_MEMORY = new URL('./peak-memory.js', import.meta.url).href;

/**
 * Without what slows down every start of Node alike: where NODE_EXTRA_CA_CERTS is set, Node 20 reads a whole store of
 * certificates before it does anything, which takes as long again as the start itself.
 */
const { NODE_EXTRA_CA_CERTS: _, NODE_OPTIONS: __, ...environment } = process.env;

/** Milliseconds: a quarter of an hour. Who takes longer has failed. */
const LONGEST = 900_000;

function run(node, args, more = {}) {
  const options = { encoding: 'utf8', env: { ...environment, ...more }, timeout: LONGEST };
  const { status, signal, stderr } = spawnSync(node, args, options);
  if (status !== 0) throw new Error(`${node} ${args.join(' ')} ended with ${status ?? signal}: ${stderr}`);
}

/** Seconds of one run of a Node, or another program, as a whole process. The disk is idle first: who flushes a file would wait for others' too. */
export function secondsOf({ node, args }) {
  spawnSync('sync');
  const start = process.hrtime.bigint();
  run(node, args);
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/** The most memory, in MiB, that the process held; engines are processes of their own. A run of its own: it takes longer. */
export function mebibytesOf({ node, args }) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    run(node, args, { NODE_OPTIONS: `--import ${PEAK_MEMORY}`, BENCH_PEAK_FOLDER: folder });
    return Math.max(...readdirSync(folder).map((name) => Number(readFileSync(join(folder, name), 'utf8')) / 1024));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs every command (the path of a Node and its arguments) in turn, round after round, so that a drift of the machine
 * touches all alike. The runs for memory come first, and fill the file caches.
 */
export function runInTurn(commands, rounds) {
  const runs = new Map(
    [...commands].map(([name, command]) => [name, { mebibytes: mebibytesOf(command), seconds: [] }]),
  );
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of commands) runs.get(name).seconds.push(secondsOf(command));
  }
  return runs;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
