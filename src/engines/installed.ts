import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { readPackageFile, sha256 } from '../files/index.js';
import type { EngineName } from '../formats/format.js';
import { EngineFailure } from './failure.js';
import { type OnnxRuntimeBuild, startEngine } from './index.js';

/** An engine as it is found here. */
export interface InstalledEngine {
  readonly title: string;
  readonly package: string;
  /** null where it does not start. */
  readonly version: string | null;
  /** Of the code that runs models; null where it is not there. */
  readonly sha256: string | null;
  /** Why it does not start; null where it does. */
  readonly missing: string | null;
  /** Whether all else works without it. */
  readonly isOptional: boolean;
}

/** A build of an engine that is looked for. */
interface Sought {
  readonly build?: OnnxRuntimeBuild;
  readonly title: string;
  readonly package: string;
  readonly isOptional: boolean;
  /** The code that runs models. */
  code(): Uint8Array;
}

/** WebAssembly that a build carries for the engines' processes. */
const carried = (name: string) => () => readPackageFile(name, 'child/');

const ENGINES: Readonly<Record<EngineName, readonly Sought[]>> = {
  onnxruntime: [
    {
      build: 'native',
      title: 'ONNX Runtime, native',
      package: 'onnxruntime-node',
      isOptional: true,
      code: nativeLibrary,
    },
    {
      build: 'wasm',
      title: 'ONNX Runtime, WebAssembly',
      package: 'onnxruntime-web',
      isOptional: false,
      code: carried('onnxruntime-web/ort-wasm-simd-threaded.wasm'),
    },
  ],
  'tensorflow.js': [
    {
      title: 'TensorFlow.js',
      package: '@tensorflow/tfjs-backend-wasm',
      isOptional: false,
      code: carried('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'),
    },
  ],
  litert: [
    {
      title: 'LiteRT',
      package: '@litertjs/core',
      isOptional: false,
      code: carried('@litertjs/core/wasm/litert_wasm_compat_internal.wasm'),
    },
  ],
};

/** Starts every engine that there can be, and says what came of it. */
export function installedEngines(): Promise<InstalledEngine[]> {
  const names = Object.keys(ENGINES) as EngineName[];
  return Promise.all(names.flatMap((name) => ENGINES[name].map((sought) => look(name, sought))));
}

async function look(
  name: EngineName,
  { build, title, package: of, isOptional, code }: Sought,
): Promise<InstalledEngine> {
  const engine = startEngine(name, { build, timeoutSeconds: 30 });
  try {
    const { version } = await engine.info();
    return { title, package: of, version, sha256: sha256([code()]), missing: null, isOptional };
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    return { title, package: of, version: null, sha256: null, missing: error.message, isOptional };
  } finally {
    engine.close();
  }
}

/** The library that the native build loads, by the names that systems give it. */
function nativeLibrary(): Uint8Array {
  const home = path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const binaries = path.join(home, 'bin');
  const ofSystem = path.join(process.platform, process.arch);
  const folders = fs.readdirSync(binaries).map((name) => path.join(binaries, name, ofSystem));
  const files = folders.flatMap((folder) =>
    fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => path.join(folder, name)) : [],
  );
  const library = files.find((file) => /^(lib)?onnxruntime\.(so|dll|[\d.]*dylib)/.test(path.basename(file)));
  return fs.readFileSync(library ?? path.join(home, 'package.json'));
}
