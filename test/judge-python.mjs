import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = join(dirname(fileURLToPath(import.meta.url)), '..', '.cache');
/** Newest first: not every package has wheels for every Python. */
const INTERPRETERS = ['python3.12', 'python3.11', 'python3.13', 'python3'];

/**
 * A Python that has what a `requirements.txt` asks for; made on the first run, and again when that file changes.
 * @param {{ requirements: string, environment: string, judges: string, given?: string }} wanted `environment`: the name of its
 * folder; `given`: an interpreter that has these packages already
 */
export function judgePython({ requirements, environment, judges, given }) {
  if (given) return given;
  const folder = join(CACHE, environment);
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const wanted = readFileSync(requirements, 'utf8');
  const stamp = join(folder, 'installed.txt');
  if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  const interpreter = INTERPRETERS.find((name) => spawnSync(name, ['--version']).status === 0);
  if (!interpreter) throw new Error(`no Python 3 was found, which judges ${judges}`);
  mkdirSync(CACHE, { recursive: true });
  console.log(`making a Python environment in .cache with ${interpreter} (once)`);
  run(interpreter, ['-m', 'venv', '--clear', folder]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  writeFileSync(stamp, wanted);
  return python;
}

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}
