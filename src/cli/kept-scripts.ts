import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import vm from 'node:vm';
import { homeFolder } from '../files/known-folders.js';
import { makeFolders } from '../files/make-folders.js';
import { cacheFolder } from './cache-folder.js';

/** Written by the build beside the scripts: what was compiled of others must never run in their place. */
const BUILD = 'build.sha256';

/** What Node puts around a script. */
const HEAD = '(function (exports, require, module, __filename, __dirname) {';
const TAIL = '\n})';

type Wrapped = (
  exports: unknown,
  require: (name: string) => unknown,
  module: { exports: unknown },
  file: string,
  folder: string,
) => void;

/**
 * Loads a script of the build and, as they are asked for, those that lie beside it. What V8 compiled of them is kept in the
 * user's folder of caches when the process ends, and taken from there by the next run: parsing and compiling functions takes
 * an eighth of looking at a network. Node's own `enableCompileCache` keeps what is compiled before a script has run, which is
 * hardly a function. Where that folder cannot be written nothing is kept and nothing said; `NODE_DISABLE_COMPILE_CACHE=1`
 * switches it off.
 * @param file the absolute path of the script
 * @returns its exports
 */
export function loadKept(file: string): unknown {
  const folder = keptFor(path.dirname(file));
  return folder === undefined ? createRequire(file)(file) : new KeptScripts(folder).load(file);
}

/** Where compiled code of these very scripts lies for this V8 and its flags; undefined where it is not to be kept. */
function keptFor(scripts: string): string | undefined {
  const { NODE_DISABLE_COMPILE_CACHE, NODE_V8_COVERAGE } = process.env;
  // What is measured by function has to be compiled by function.
  if (NODE_DISABLE_COMPILE_CACHE || NODE_V8_COVERAGE) return undefined;
  const caches = cacheFolder(process.platform, process.env, homeFolder());
  const build = readIfThere(path.join(scripts, BUILD))?.toString('latin1');
  if (caches === undefined || build === undefined) return undefined;
  return path.resolve(caches, 'mobileone', `${build.slice(0, 16)}-${cachedDataVersionTag().toString(16)}`);
}

class KeptScripts {
  /** Of what was compiled. */
  readonly #folder: string;
  readonly #modules = new Map<string, { exports: unknown }>();
  readonly #scripts = new Map<string, vm.Script>();
  /** Whether the next run can do with what is kept. */
  #isComplete = true;

  constructor(folder: string) {
    this.#folder = folder;
    process.on('exit', (code) => {
      // A run that failed saw little of what the next will call.
      if (code === 0 && !this.#isComplete) this.#keep();
    });
  }

  load(file: string): unknown {
    const known = this.#modules.get(file);
    if (known) return known.exports;
    const module = { exports: {} };
    this.#modules.set(file, module);
    const folder = path.dirname(file);
    const requireOther = createRequire(file);
    const require = (name: string) => (name.startsWith('./') ? this.load(path.join(folder, name)) : requireOther(name));
    this.#compile(file).call(module.exports, module.exports, require, module, file, folder);
    return module.exports;
  }

  #compile(file: string): Wrapped {
    const name = path.basename(file);
    const cachedData = readIfThere(path.join(this.#folder, name));
    const script = new vm.Script(HEAD + fs.readFileSync(file, 'utf8') + TAIL, {
      filename: file,
      columnOffset: -HEAD.length,
      cachedData,
    });
    this.#scripts.set(name, script);
    // Another V8, or one that runs with other flags, takes none of it.
    if (!cachedData || script.cachedDataRejected) this.#isComplete = false;
    return script.runInThisContext() as Wrapped;
  }

  /** All of them anew: a run that needed one more has called more of the others, too. */
  #keep(): void {
    try {
      makeFolders(this.#folder);
      for (const [name, script] of this.#scripts) writeWhole(path.join(this.#folder, name), script.createCachedData());
    } catch {
      // The next run compiles as this one did.
    }
  }
}

/** Runs side by side write the same; half a file would be run, so nobody may ever find one. */
function writeWhole(file: string, bytes: Uint8Array): void {
  const fresh = `${file}.${process.pid}`;
  fs.writeFileSync(fresh, bytes, { mode: 0o600, flush: true });
  fs.renameSync(fresh, file);
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}
