// Copies those declarations that the library's entries reach, of the many that tsc writes, to the folder that is packed.
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import typescript from 'typescript';

const folder = 'dist/types';
rmSync(folder, { recursive: true, force: true });
const entries = ['index', 'core'].map((name) => `dist/${name}.d.ts`);
const options = { module: typescript.ModuleKind.NodeNext, target: typescript.ScriptTarget.ESNext };
const reached = typescript
  .createProgram(entries, options)
  .getSourceFiles()
  .map(({ fileName }) => fileName);
const foreign = reached.filter(
  (file) => file.includes('/node_modules/') && !/\/(@types\/node|undici-types|typescript)\//.test(file),
);
if (foreign.length > 0)
  throw new Error(`the library's types need packages that are not installed with it: ${foreign.join(', ')}`);
for (const file of reached.map((name) => relative('dist', name)).filter((name) => !name.startsWith('..'))) {
  cpSync(join('dist', file), join(folder, file));
}
// What they declare is CommonJS, which who writes that may require; but for the core, which is a module as browsers take it.
writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
writeFileSync(join(folder, 'core.d.mts'), "export * from './core.js';\n");
