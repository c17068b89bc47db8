/**
 * Builds the page into `dist/`: npm run --silent build && node examples/converter/build.mjs
 *
 * What the program does in processes of its own happens here in workers: a few modules stand in for those that need Node.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const require = createRequire(import.meta.url);
const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..');
const compiled = join(root, 'dist');
const sources = join(root, 'src');

/** Of the program's modules and Node's, what a page has in their place. */
const STAND_INS = {
  [join(compiled, 'engines/engine-process.js')]: 'engine-process.ts',
  [join(compiled, 'engines/child/serve.js')]: 'serve.js',
  'node:crypto': 'crypto.js',
  'node:module': 'module.js',
  'node:os': 'os.js',
  'node:path': 'path.js',
  'node:v8': 'v8.js',
};

const PACKAGE_FILE = join(compiled, 'files/package-file.js');

/** The file that each engine needs. */
const ENGINES = {
  onnxruntime: 'onnxruntime-web/ort-wasm-simd-threaded.wasm',
  tfjs: '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
};

/** No file system is behind a page; a conversion in memory needs none. By its prototype, as bundlers copy what is an object's own. */
const ABSENT = `module.exports = Object.create(new Proxy({}, {
  get: (_, name) => (name === '__esModule' ? undefined : () => { throw new Error('there is no ' + String(name) + ' in a page'); }),
}));`;

/** Types come from the sources, the code from what is built of them. */
function compiledFrom(id) {
  return id.startsWith(sources) ? join(compiled, id.slice(sources.length)).replace(/\.tsx?$/, '.js') : id;
}

/** @param {string | undefined} bytes the file that `engine-bytes` stands for */
function forPages(bytes) {
  return {
    name: 'for-pages',
    resolveId: {
      order: 'pre',
      async handler(name, importer) {
        if (name === 'engine-bytes') return '\0engine-bytes';
        if (name in STAND_INS) return join(here, 'browser', STAND_INS[name]);
        if (name.startsWith('node:')) return `\0absent:${name}`;
        if (name === 'node-fetch') return '\0absent:node-fetch';
        if (!importer) return null;
        const found = await this.resolve(name, importer, { skipSelf: true });
        if (!found) return null;
        // The package says that importing a module does nothing by itself; what stands in for globals does.
        if (found.id.startsWith(here)) return { ...found, moduleSideEffects: true };
        const id = compiledFrom(found.id);
        if (id === PACKAGE_FILE && bytes) return join(here, 'browser', 'package-file.js');
        return STAND_INS[id] ? join(here, 'browser', STAND_INS[id]) : { ...found, id };
      },
    },
    load(id) {
      if (id.startsWith('\0absent:')) return ABSENT;
      if (id !== '\0engine-bytes') return null;
      const packed = deflateRawSync(readFileSync(require.resolve(bytes)), { level: 9 }).toString('base64');
      return `export default '${packed}';`;
    },
  };
}

async function bundle(input, place, bytes) {
  const joined = await rolldown({
    input,
    platform: 'browser',
    plugins: [forPages(bytes)],
    resolve: { mainFields: ['module', 'main'], extensionAlias: { '.js': ['.js', '.ts'] } },
    transform: { define: { 'process.argv': '["", "", "wasm"]' } },
    checks: { ineffectiveDynamicImport: false },
  });
  await joined.write({ dir: join(here, 'dist', place), format: 'esm', entryFileNames: '[name].js', minify: true });
}

rmSync(join(here, 'dist'), { recursive: true, force: true });
mkdirSync(join(here, 'dist'));
for (const file of ['index.html', 'style.css']) copyFileSync(join(here, file), join(here, 'dist', file));
await bundle({ page: join(here, 'page.ts'), worker: join(here, 'worker.ts') }, '.');
for (const [engine, bytes] of Object.entries(ENGINES)) {
  await bundle({ [engine]: join(compiled, 'engines/child', `${engine}.js`) }, 'child', bytes);
}
