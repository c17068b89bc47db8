import { execFileSync } from 'node:child_process';

/** The oldest that is supported, and one of those that most install today: what V8 makes of new code differs much. */
const MAJORS = [20, 24];

/** Version and path of each Node that is measured. npx fetches those that are not the one that runs this. */
export function measuredNodes() {
  return MAJORS.map((major) => {
    const own = { version: process.versions.node, path: process.execPath };
    return own.version.startsWith(`${major}.`) ? own : fetched(major);
  });
}

function fetched(major) {
  const print = 'JSON.stringify({ version: process.versions.node, path: process.execPath })';
  const args = ['--yes', `node@${major}`, '-p', print];
  // npm for Windows is a script of its shell, which takes the quotes away.
  const isWindows = process.platform === 'win32';
  const quoted = isWindows ? args.map((arg) => `"${arg}"`) : args;
  return JSON.parse(execFileSync('npx', quoted, { encoding: 'utf8', shell: isWindows }));
}
