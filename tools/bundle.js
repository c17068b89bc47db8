// Joins the command line's modules into a few files, after tsc has written them to dist. A run loads about 250 small
// modules otherwise, and finding and opening them takes longer than fusing a network.
import { cpSync, rmSync } from 'node:fs';
import { rolldown } from 'rolldown';

const folder = 'dist/bundle';
rmSync(folder, { recursive: true, force: true });
const bundle = await rolldown({
  input: 'dist/cli/main.js',
  platform: 'node',
  // Dependencies stay what npm installed.
  external: /^[^./]/,
});
await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name].js' });
// Engine processes are started from files of their own, which lie beside the module that starts them.
cpSync('dist/engines/child', `${folder}/child`, { recursive: true });
