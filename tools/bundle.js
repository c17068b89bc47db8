// Joins the command line's modules into a few scripts, after tsc has written them to dist. A run loads about 250 small
// modules otherwise, and finding, opening and compiling them takes longer than fusing a network.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const folder = 'dist/bundle';
// Small: loaded by every run, or together with what one option needs. All others stay what npm installed.
const joined = [
  ...['commander', 'picocolors', 'fflate', '@noble/hashes'],
  ...['preact', 'preact-render-to-string', '@dagrejs/dagre', '@dagrejs/graphlib'],
  ...['d3-array', 'd3-color', 'd3-format', 'd3-interpolate', 'd3-path', 'd3-scale', 'd3-shape', 'd3-time'],
  ...['d3-time-format', 'internmap', 'fast-xml-builder', 'path-expression-matcher', 'xml-naming'],
];

/**
 * Commander can start other programs as commands, and for that loads a good part of Node, in every run. No command of ours
 * is another program.
 */
const startsPrograms = (name, importer = '') => name === 'node:child_process' && importer.includes('/commander/');
const withoutPrograms = {
  name: 'without-programs',
  resolveId: (name, importer) => (startsPrograms(name, importer) ? '\0no-programs' : null),
  load: (name) => (name === '\0no-programs' ? 'export {};' : null),
};

const isJoined = (name, importer) =>
  /^[./\0]/.test(name) ||
  joined.some((own) => name === own || name.startsWith(`${own}/`)) ||
  startsPrograms(name, importer);

const bundle = await rolldown({
  input: 'dist/cli/main.js',
  platform: 'node',
  plugins: [withoutPrograms],
  external: (name, importer) => !isJoined(name, importer),
});
rmSync(folder, { recursive: true, force: true });
await bundle.write({
  dir: folder,
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name].cjs',
});
const licences = joined.map((name) => `${name}\n\n${readFileSync(join('node_modules', name, 'LICENSE'), 'utf8')}`);
writeFileSync(join(folder, 'LICENSES'), licences.join('\n\n'));
await bundleChildren();

/** Engine processes are started from files of their own, beside the module that starts them; as CommonJS they start sooner. */
async function bundleChildren() {
  const children = await rolldown({
    input: ['litert', 'onnxruntime', 'tfjs', 'watcher'].map((name) => `dist/engines/child/${name}.js`),
    platform: 'node',
    external: /^[^./]/,
  });
  const names = '[name].js';
  await children.write({ dir: join(folder, 'child'), format: 'cjs', entryFileNames: names, chunkFileNames: names });
  writeFileSync(join(folder, 'child', 'package.json'), '{ "type": "commonjs" }\n');
}
