import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgePython } from '../../test/judge-python.mjs';
import { requirementsOf } from './tools.js';

/** What every environment has before anything is installed. */
const OF_THE_ENVIRONMENT = /^(pip|setuptools|_distutils_hack|distutils-precedence\.pth|pkg_resources)/;

/** The Python of a tool, and the MB of what was installed for it; or why there is none. */
export function install(name) {
  try {
    const python = judgePython({
      requirements: requirementsOf(name),
      environment: join('peers', name),
      judges: `how ${name} compares`,
    });
    const packages = execFileSync(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'], {
      encoding: 'utf8',
    }).trim();
    const entries = readdirSync(packages).filter((entry) => !OF_THE_ENVIRONMENT.test(entry));
    return { python, megabytes: entries.reduce((sum, entry) => sum + bytesOf(join(packages, entry)), 0) / 1e6 };
  } catch (error) {
    return { failure: `cannot be installed: ${error.message.split('\n')[0]}` };
  }
}

/** The MB that npm installs from the package of this repository, which is built. */
export function ownMegabytes(root) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-install-'));
  const npm = (cwd, ...args) =>
    execFileSync('npm', [...args, '--no-audit', '--no-fund'], {
      cwd,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
  try {
    const [{ filename }] = JSON.parse(npm(root, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder));
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    npm(folder, 'install', `./${filename}`);
    return bytesOf(join(folder, 'node_modules')) / 1e6;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As a disk counts. Compiled Python is left out: it is made on the first run, of what that imports. */
function bytesOf(path) {
  if (statSync(path).isFile()) return 4096 * Math.ceil(statSync(path).size / 4096);
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.pyc'))
    .reduce((sum, { parentPath, name }) => sum + bytesOf(join(parentPath, name)), 0);
}
