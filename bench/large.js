// Converts a network of over 2 GiB, with the check, and says whether it is right and what it costs. Needs 5 GiB of disk.
// node bench/large.js
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeLargeModel } from './tools/large-model.js';

const bin = fileURLToPath(new URL('../bin/mobileone.js', import.meta.url));
const peakMemory = new URL('./tools/peak-memory.js', import.meta.url).href;
const MIB = 2 ** 20;

const folder = mkdtempSync(join(tmpdir(), 'bench-large-'));
try {
  const source = join(folder, 'large.onnx');
  writeLargeModel(source);
  const size = statSync(`${source}.data`).size;
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(
    process.execPath,
    [bin, 'convert', source, '--quiet', '--out-dir', join(folder, 'out')],
    {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: `--import ${peakMemory}`, BENCH_PEAK_FOLDER: folder },
    },
  );
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const peaks = readdirSync(folder).filter((name) => /^\d+$/.test(name));
  const peak = Math.max(...peaks.map((name) => Number(readFileSync(join(folder, name), 'utf8')) / 1024));
  const written = readdirSync(join(folder, 'out')).map((name) => statSync(join(folder, 'out', name)).size);
  const onDisk = written.reduce((sum, bytes) => sum + bytes, 0);
  console.log(`exit code ${status} (0: what was written answers like the source) ${stderr}`);
  console.log(
    `${seconds.toFixed(0)} s; source ${(size / MIB).toFixed(0)} MiB; written ${(onDisk / MIB).toFixed(0)} MiB`,
  );
  console.log(`peak memory ${peak.toFixed(0)} MiB, ${(peak - size / MIB).toFixed(0)} MiB more than the source`);
  const isRight = status === 0 && onDisk <= size && peak <= size / MIB + 512;
  process.exitCode = isRight ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
