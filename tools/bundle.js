// Joins the program, the library and the engines into a few scripts, after tsc has written their modules to dist. A run loads
// about 250 small modules otherwise, and finding, opening and compiling them takes longer than fusing a network; and packages
// that npm would install bring ten times what is used of them. Beside the scripts lie files of those packages that are no scripts.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { billOfMaterials } from './bill-of-materials.js';
import { noticesOf } from './notices.js';
import { packagesOf } from './packages.js';

const require = createRequire(import.meta.url);
const folder = 'dist/bundle';

/** Files that `readPackageFile` is asked for, by the folder of the scripts that ask. */
const carried = {
  '.': [
    ...['@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm', '@jsquash/jpeg/package.json'],
    ...['@jsquash/png/codec/pkg/squoosh_png_bg.wasm', '@jsquash/png/package.json'],
    ...['@jsquash/webp/codec/dec/webp_dec.wasm', '@jsquash/webp/package.json'],
  ],
  child: [
    'onnxruntime-web/ort-wasm-simd-threaded.wasm',
    '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
    '@litertjs/core/wasm/litert_wasm_compat_internal.js',
    '@litertjs/core/wasm/litert_wasm_compat_internal.wasm',
    '@litertjs/core/package.json',
  ],
};

/** Installed by those who want it, and found where they did. */
const external = ['onnxruntime-node'];

/**
 * What a package could do and is never asked for. Commander can start other programs as commands, and for that loads a good
 * part of Node, in every run; TensorFlow.js can fetch where Node has no `fetch`.
 */
const unused = { 'node:child_process': '/commander/', 'node-fetch': '/tfjs-core/' };
const withoutUnused = {
  name: 'without-unused',
  resolveId: (name, importer = '') => (name in unused && importer.includes(unused[name]) ? '\0unused' : null),
  load: (name) => (name === '\0unused' ? 'export {};' : null),
};

/** What every module imports at once, by its path; filled while modules are joined. */
const imports = new Map();
const rememberImports = {
  name: 'remember-imports',
  moduleParsed: ({ id, importedIds }) => void imports.set(id, importedIds),
};

/**
 * Scripts that hold what is needed together: each file that is opened takes longer than what it holds, and npm as long to unpack
 * it as a hundred kilobytes. What tells the version, what starts a command, what every command does to a model, what judges
 * artefacts, and what several targets share; the rest is joined by what asks for it.
 */
const together = {
  say: { entries: ['version.js', 'cli/streams.js'] },
  start: { entries: ['cli/command-line.js'] },
  model: {
    entries: [
      ...['commands/inspect/inspect.js', 'formats/onnx/index.js', 'formats/blocks.js', 'source/labels.js'],
      ...['engines/failure.js', 'proof/prove-artefact.js', 'run/abort.js'],
    ],
  },
  check: { entries: ['check/index.js', 'engines/index.js', 'trials/index.js'] },
  targets: { entries: ['coreml', 'litert', 'tfjs'].map((target) => `formats/${target}/index.js`), sharedBy: 2 },
};

rmSync(folder, { recursive: true, force: true });
const program = await bundle({ main: 'dist/cli/main.js', index: 'dist/index.js' }, '.', 'cjs', '.cjs', together);
// By itself, as it loads all of them.
const loader = await bundle({ loader: 'dist/cli/loader.js' }, '.', 'cjs', '.cjs');
// Engine processes are started from files of their own, beside the module that starts them; as CommonJS they start sooner.
const engines = ['browser', 'litert', 'onnxruntime', 'tfjs', 'watcher'];
const children = await bundle(
  Object.fromEntries(engines.map((name) => [name, `dist/engines/child/${name}.js`])),
  'child',
  'cjs',
  '.js',
);
// What a browser is given to run is carried as files of packages are.
const page = await bundle({ tfjs: 'dist/engines/child/page/tfjs.js' }, 'child/page', 'iife', '.js');
pack('child', 'mobileone/page/tfjs.js', join(folder, 'child', 'page', 'tfjs.js'));
rmSync(join(folder, 'child', 'page'), { recursive: true });
writeFileSync(join(folder, 'child', 'package.json'), '{ "type": "commonjs" }\n');
const core = await bundle({ core: 'dist/core.js' }, 'core', 'esm', '.js');
writeFileSync(join(folder, 'build.sha256'), hashOfScripts());
for (const [place, names] of Object.entries(carried)) for (const name of names) carry(place, name);
const packages = packagesOf([
  ...program,
  ...loader,
  ...children,
  ...page,
  ...core,
  ...Object.values(carried)
    .flat()
    .map((name) => require.resolve(name)),
]);
writeFileSync(join(folder, 'THIRD_PARTY_NOTICES'), noticesOf(packages));
writeFileSync(join(folder, 'bom.cdx.json'), `${JSON.stringify(billOfMaterials(packages), undefined, 2)}\n`);

/** @returns the modules that came into the scripts */
async function bundle(input, place, format, suffix, groups) {
  const joined = await rolldown({
    input,
    platform: format === 'cjs' ? 'node' : 'browser',
    plugins: [withoutUnused, rememberImports],
    external,
    // The library's entries load at once what the program loads when it needs it.
    checks: { ineffectiveDynamicImport: false },
    // As modules, of which what is not used can be left out.
    resolve: { mainFields: ['module', 'main'] },
  });
  const { output } = await joined.write({
    dir: join(folder, place),
    format,
    entryFileNames: `[name]${suffix}`,
    chunkFileNames: `[name]${suffix}`,
    // Where a browser loads it names stay: an error is told by that of its class.
    minify: place.startsWith('child') || { mangle: false },
    codeSplitting: groups ? { groups: Object.entries(groups).map(scriptOf) } : true,
  });
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? Object.keys(chunk.modules) : []));
}

/** The first script that needs a module has it. */
function scriptOf([name, { entries, sharedBy }], place, groups) {
  let reached;
  const test = (id) => {
    reached ??= reachedFrom(entries);
    return reached.has(id);
  };
  return { name, test, priority: groups.length - place, minShareCount: sharedBy };
}

/** Modules that load with some of ours. */
function reachedFrom(entries) {
  const reached = new Set(entries.map((entry) => join(process.cwd(), 'dist', entry)));
  for (const id of reached) for (const imported of imports.get(id) ?? []) reached.add(imported);
  return reached;
}

/** What tells these scripts from those of any other build. */
function hashOfScripts() {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    if (name.endsWith('.cjs')) hash.update(name).update(readFileSync(join(folder, name)));
  }
  return `${hash.digest('hex')}\n`;
}

function carry(place, name) {
  pack(place, name, require.resolve(name));
}

function pack(place, name, from) {
  const file = join(folder, place, 'packages', `${name}.deflate`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, deflateRawSync(readFileSync(from), { level: 9 }));
}
