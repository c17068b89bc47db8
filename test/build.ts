import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds what the command line runs from, once before its tests. */
export default function build(): void {
  execFileSync('npm', ['run', '--silent', 'build'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
}
