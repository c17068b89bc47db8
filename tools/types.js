// Joins the declarations that the library's entries reach, of the many that tsc writes, to one file an entry: npm takes as long
// for each file that it unpacks as for a hundred kilobytes.
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateDtsBundle } from 'dts-bundle-generator';

const folder = 'dist/types';
/** What runs in Node is CommonJS, which a module may import, too; the core is a module, as browsers take it. */
const files = { index: 'index.d.cts', core: 'core.d.mts' };

if (!isUpToDate()) {
  const output = { noBanner: true, exportReferencedTypes: false, sortNodes: false };
  const entries = Object.keys(files).map((name) => ({ filePath: `dist/${name}.d.ts`, output }));
  const joined = generateDtsBundle(entries, { preferredConfigPath: 'tsconfig.build.json' });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [i, file] of Object.values(files).entries()) {
    const [foreign] = /^(import|export) .*from .*$/m.exec(joined[i]) ?? [];
    if (foreign) throw new Error(`the library's types need packages that are not installed with it: ${foreign}`);
    writeFileSync(join(folder, file), joined[i]);
  }
}

/** Whether no declaration was written since: joining takes as long as all else of a build. */
function isUpToDate() {
  try {
    const made = statSync(join(folder, files.index)).mtimeMs;
    return declarations().every((file) => statSync(file).mtimeMs < made);
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

function declarations() {
  const below = readdirSync('dist', { recursive: true }).filter((file) => /^(?!types|bundle).*\.d\.ts$/.test(file));
  return below.map((file) => join('dist', file));
}
