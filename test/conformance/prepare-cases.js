import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));
const script = join(root, 'tools', 'conformance-cases.py');

/**
 * Writes ONNX's node tests, once for what requirements.txt and the script say. They come with the `onnx` package for Python, which
 * gets an environment of its own.
 * @returns {string} the folder that holds them
 */
export function prepareCases() {
  const folder = join(root, '.cache', 'conformance');
  const venv = join(folder, 'venv');
  const stamp = join(folder, 'written-by.txt');
  const wanted = [requirements, script].map((path) => readFileSync(path, 'utf8')).join('\n');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return folder;
  const python = process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');
  const run = (command, ...args) => execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (!existsSync(python)) run(process.platform === 'win32' ? 'python' : 'python3', '-m', 'venv', venv);
  run(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements);
  run(python, script, folder);
  writeFileSync(stamp, wanted);
  return folder;
}
