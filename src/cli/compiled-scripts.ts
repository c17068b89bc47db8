import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Script } from 'node:vm';

/**
 * Loads the scripts of a folder together with what V8 made of them when the folder was built: compiling the functions of
 * a conversion afresh takes longer than fusing a small network. A cache of another V8 or another processor is refused by
 * V8 itself, and a script without one is compiled as ever.
 */
export class CompiledScripts {
  readonly #folder: string;
  readonly #requireOther: NodeJS.Require;
  readonly #loaded = new Map<string, { readonly script: Script; readonly module: { exports: unknown } }>();

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
    const script = compile(file);
    const module = { exports: {} };
    // Before it runs, as scripts may load each other in a circle.
    this.#loaded.set(name, { script, module });
    script.runInThisContext()(module, module.exports, this.load, file);
    return module.exports;
  };

  /** Writes beside every script loaded so far what V8 has compiled of it by now. */
  writeCaches(): void {
    for (const [name, { script }] of this.#loaded) {
      fs.writeFileSync(cacheOf(path.join(this.#folder, name)), script.createCachedData());
    }
  }
}

function cacheOf(file: string): string {
  return `${file}.cache`;
}

function compile(file: string): Script {
  const source = `(function (module, exports, require, __filename) {${fs.readFileSync(file, 'utf8')}\n})`;
  const cache = cacheOf(file);
  if (!fs.existsSync(cache)) return new Script(source, { filename: file });
  return new Script(source, { filename: file, cachedData: fs.readFileSync(cache) });
}
