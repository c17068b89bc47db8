import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folders of the packages that files belong to, each once and in order.
 * @param files paths; those of no package are left out
 */
export function packagesOf(files) {
  return [...new Set(files.filter((file) => file.includes('/node_modules/')).map(packageOf))].sort();
}

/** What the package in a folder says of itself. */
export const packageIn = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The folder of the package that a file belongs to. */
function packageOf(file) {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && 'version' in packageIn(folder)) return folder;
  }
}
