import type { Abortable } from './abort.js';
import { now } from './clock.js';

/** A step that began, or how far it is. */
export interface Progress {
  /** The path as it was given, or the name. */
  readonly model: string;
  /** What reports call the step. */
  readonly station: string;
  /** How many samples are done, for a step that goes through them. */
  readonly samples?: { readonly done: number; readonly total: number } | undefined;
  /** How many models of the run are done. */
  readonly models?: { readonly done: number; readonly total: number } | undefined;
  /** A sentence that stays, whether or not anybody watches: how long it will take, say. */
  readonly notice?: string | undefined;
}

/** The stations of one model, of which who asked hears; none begins once the run was called off. */
export function stationsOf(
  model: string,
  { onProgress, signal }: { readonly onProgress?: ((progress: Progress) => void) | undefined } & Abortable,
): Stations {
  return new Stations((station, samples) => {
    signal?.throwIfAborted();
    onProgress?.({ model, station, samples });
    // Who hears of a step may call it off.
    signal?.throwIfAborted();
  });
}

/** Where the time of one model goes, by station, and who wants to hear of it. */
export class Stations {
  readonly #spent = new Map<string, number>();
  readonly #announce: (station: string, samples?: Progress['samples']) => void;

  constructor(announce: (station: string, samples?: Progress['samples']) => void) {
    this.#announce = announce;
  }

  /** Runs a step; its time counts also where it fails. */
  async time<T>(station: string, step: () => T | Promise<T>): Promise<T> {
    this.#announce(station);
    const start = now();
    try {
      return await step();
    } finally {
      this.#spent.set(station, (this.#spent.get(station) ?? 0) + now() - start);
    }
  }

  /** Says how far the step is that runs. */
  advance(station: string, samples: NonNullable<Progress['samples']>): void {
    this.#announce(station, samples);
  }

  /** Milliseconds by station, to a tenth. */
  get report(): Record<string, number> {
    return Object.fromEntries(Array.from(this.#spent, ([station, time]) => [station, Math.round(time * 10) / 10]));
  }
}
