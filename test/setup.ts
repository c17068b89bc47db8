import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CORPUS } from './corpus.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Builds what the command line and the engines run from, and writes the full-size networks; both once per run. */
export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  execFileSync(process.execPath, ['fixtures/expand.mjs', CORPUS], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
