import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Loaded into every process of a benchmark: leaves behind the most memory (KiB) that the process ever held.
const folder = process.env.BENCH_PEAK_FOLDER;
if (folder) {
  process.on('exit', () => writeFileSync(join(folder, String(process.pid)), String(process.resourceUsage().maxRSS)));
}
