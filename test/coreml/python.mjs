import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const REQUIREMENTS = join(here, 'requirements.txt');
const ENVIRONMENT = join(here, '..', '..', '.cache', 'coreml-venv');
/** Newest first: coremltools has no wheels for every Python. */
const INTERPRETERS = ['python3.12', 'python3.11', 'python3.13', 'python3'];

/** A Python that has what `requirements.txt` asks for; made on the first run, and again when that file changes. */
export function judgePython() {
  // Whoever has these packages already can name the interpreter.
  const given = process.env.MOBILEONE_JUDGE_PYTHON;
  if (given) return given;
  const python = join(ENVIRONMENT, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const wanted = readFileSync(REQUIREMENTS, 'utf8');
  const stamp = join(ENVIRONMENT, 'installed.txt');
  if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  const interpreter = INTERPRETERS.find((name) => spawnSync(name, ['--version']).status === 0);
  if (!interpreter) throw new Error('no Python 3 was found, which judges Core ML packages');
  mkdirSync(dirname(ENVIRONMENT), { recursive: true });
  console.log(`making a Python environment in .cache with ${interpreter} (once)`);
  run(interpreter, ['-m', 'venv', '--clear', ENVIRONMENT]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]);
  writeFileSync(stamp, wanted);
  return python;
}

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}
