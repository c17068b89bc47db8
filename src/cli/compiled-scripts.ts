import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Script } from 'node:vm';

/**
 * Loads the scripts of a folder together with what V8 made of them when the folder was built: compiling the functions of
 * a conversion afresh takes longer than fusing a small network. Without a cache that is for this V8, this processor and
 * this very script, whole, the script is compiled as ever: V8 itself does not look closely at what it is given.
 */
export class CompiledScripts {
  readonly #folder: string;
  readonly #requireOther: NodeJS.Require;
  readonly #loaded = new Map<string, LoadedScript>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#requireOther = createRequire(path.join(folder, 'index.js'));
  }

  /** What a script of the folder (`./name.cjs`) or a package exports. */
  load = (name: string): unknown => {
    if (!name.startsWith('./')) return this.#requireOther(name);
    const loaded = this.#loaded.get(name);
    if (loaded) return loaded.module.exports;
    const file = path.join(this.#folder, name);
    const source = fs.readFileSync(file);
    const script = compile(file, source);
    const module = { exports: {} };
    // Before it runs, as scripts may load each other in a circle.
    this.#loaded.set(name, { source, script, module });
    script.runInThisContext()(module, module.exports, this.load, file);
    return module.exports;
  };

  /** Writes beside every script loaded so far what V8 has compiled of it by now. */
  writeCaches(): void {
    for (const [name, { source, script }] of this.#loaded) {
      const data = script.createCachedData();
      fs.writeFileSync(cacheOf(path.join(this.#folder, name)), Buffer.concat([sealOf(source, data), data]));
    }
  }
}

interface LoadedScript {
  readonly source: Buffer;
  readonly script: Script;
  readonly module: { exports: unknown };
}

const SEAL_LENGTH = 32;

/** What a cache begins with: a hash of what it was made of, and of itself. That V8's flags are the same V8 does see to. */
function sealOf(source: Buffer, data: Buffer): Buffer {
  const hash = createHash('sha256').update(`${process.version} ${process.arch} `);
  return hash.update(`${source.length} `).update(source).update(data).digest();
}

function cacheOf(file: string): string {
  return `${file}.cache`;
}

function compile(file: string, source: Buffer): Script {
  const wrapped = `(function (module, exports, require, __filename) {${source.toString()}\n})`;
  const cachedData = readCache(cacheOf(file), source);
  return new Script(wrapped, { filename: file, ...(cachedData ? { cachedData } : {}) });
}

function readCache(file: string, source: Buffer): Buffer | undefined {
  try {
    const content = fs.readFileSync(file);
    const data = content.subarray(SEAL_LENGTH);
    return sealOf(source, data).equals(content.subarray(0, SEAL_LENGTH)) ? data : undefined;
  } catch {
    // A cache is never missed, whatever has become of it.
    return undefined;
  }
}
