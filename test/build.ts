import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** What a user would start, built from the sources as they are. */
    program: string;
  }
}

/** Builds what the command line runs from, once before its tests. */
export default function build(project: TestProject): void {
  const root = fileURLToPath(new URL('..', import.meta.url));
  execFileSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  project.provide('program', fileURLToPath(new URL('../bin/mobileone.js', import.meta.url)));
}
