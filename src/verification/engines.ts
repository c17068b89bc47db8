import { type Engine, type EngineOptions, startEngine } from '../engines/index.js';
import type { EngineName } from '../formats/format.js';
import { EngineError } from '../model/index.js';

/** The engines of a verification, each in a process of its own that starts when it is first asked for. Close them in every case. */
export class Engines {
  readonly #options: EngineOptions;
  readonly #started = new Map<string, Engine>();
  #isClosed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** What the reference runs in, apart from candidates: one that kills its engine takes nothing else along. */
  forReference(name: EngineName): Engine {
    return this.#engine(`reference ${name}`, name);
  }

  forCandidates(name: EngineName): Engine {
    return this.#engine(name, name);
  }

  close(): void {
    this.#isClosed = true;
    for (const engine of this.#started.values()) engine.close();
  }

  #engine(key: string, name: EngineName): Engine {
    const known = this.#started.get(key);
    if (known) return known;
    if (this.#isClosed) throw new EngineError({ what: 'the engines were closed' });
    const engine = startEngine(name, this.#options);
    this.#started.set(key, engine);
    return engine;
  }
}
