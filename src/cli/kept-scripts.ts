import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import vm from 'node:vm';
import zlib from 'node:zlib';
import { homeFolder } from '../files/known-folders.js';
import { makeFolders } from '../files/make-folders.js';
import { cacheFolder } from './cache-folder.js';

/** Written by the build beside the scripts, so that two of them do not write over what the other kept. */
const BUILD = 'build.sha256';

/** Node 20.15 and later can do this; a SHA-256 would take three times as long, most of it to load what makes one. */
const { crc32 } = zlib as { readonly crc32?: (data: Uint8Array, before?: number) => number };

/** Bytes of the checksum, which goes behind what was compiled. */
const CHECKSUM = 4;

/** What a run that was killed while it wrote has left. */
const LEFT = /\.cjs\.\d+$/;

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
  if (NODE_DISABLE_COMPILE_CACHE || NODE_V8_COVERAGE || !crc32) return undefined;
  const caches = cacheFolder(process.platform, process.env, homeFolder());
  const build = readIfThere(path.join(scripts, BUILD))?.toString('latin1');
  if (caches === undefined || build === undefined) return undefined;
  const folder = path.resolve(caches, 'mobileone', `${build.slice(0, 16)}-${cachedDataVersionTag().toString(16)}`);
  return isOthers(folder) ? undefined : folder;
}

/** Whether others than the user can write there, as far as is known: what lies there is run. */
function isOthers(folder: string): boolean {
  try {
    const stat = fs.statSync(folder, { throwIfNoEntry: false });
    const user = process.getuid?.();
    return stat !== undefined && user !== undefined && (stat.uid !== user || (stat.mode & 0o022) !== 0);
  } catch {
    return true;
  }
}

class KeptScripts {
  /** Of what was compiled. */
  readonly #folder: string;
  readonly #modules = new Map<string, { exports: unknown }>();
  readonly #scripts = new Map<string, { readonly script: vm.Script; readonly source: Uint8Array }>();
  /** Whether nothing was missing of what this run needed. */
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
    const source = fs.readFileSync(file);
    const cachedData = keptOf(source, path.join(this.#folder, name));
    const script = new vm.Script(HEAD + source.toString() + TAIL, {
      filename: file,
      columnOffset: -HEAD.length,
      cachedData,
    });
    this.#scripts.set(name, { script, source });
    // Another V8, or one that runs with other flags, takes none of it.
    if (!cachedData || script.cachedDataRejected) this.#isComplete = false;
    return script.runInThisContext() as Wrapped;
  }

  /** All of them anew: a run that needed one more has called more of the others, too. */
  #keep(): void {
    try {
      makeFolders(path.dirname(this.#folder));
      fs.mkdirSync(this.#folder, { mode: 0o700, recursive: true });
      for (const name of fs.readdirSync(this.#folder)) if (LEFT.test(name)) fs.rmSync(path.join(this.#folder, name));
      for (const [name, { script, source }] of this.#scripts) {
        const compiled = script.createCachedData();
        writeWhole(path.join(this.#folder, name), [compiled, checksumOf(source, compiled)]);
      }
    } catch {
      // The next run compiles as this one did.
    }
  }
}

/** What was compiled of a source; undefined where there is nothing, or not what was written for it. */
function keptOf(source: Uint8Array, file: string): Buffer | undefined {
  const kept = readIfThere(file);
  if (!kept || kept.length < CHECKSUM) return undefined;
  const compiled = kept.subarray(0, -CHECKSUM);
  return kept.subarray(-CHECKSUM).equals(checksumOf(source, compiled)) ? compiled : undefined;
}

/** V8 asks for neither: of a source it knows the length alone, and with a bit that fell over it crashes or answers otherwise. */
function checksumOf(source: Uint8Array, compiled: Uint8Array): Buffer {
  const bytes = Buffer.alloc(CHECKSUM);
  bytes.writeUInt32LE(crc32?.(compiled, crc32(source)) ?? 0);
  return bytes;
}

/** Runs side by side write the same, each at a name of its own. */
function writeWhole(file: string, pieces: readonly Uint8Array[]): void {
  const fresh = `${file}.${process.pid}`;
  try {
    fs.writeFileSync(fresh, Buffer.concat(pieces), { mode: 0o600 });
    fs.renameSync(fresh, file);
  } catch (error) {
    fs.rmSync(fresh, { force: true });
    throw error;
  }
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}
