import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { removeAtExit } from './cleanup.js';
import { type Identity, identityAt } from './identity.js';
import { makeFolders } from './make-folders.js';
import { nodeCrypto } from './node-crypto.js';
import { asOutputError } from './system-error.js';

/** Machine, process and chance: `.mobileone-HOST-PID-RANDOM`. Short, so that no name becomes too long by it. */
const NAME = /^\.mobileone-([0-9a-f]{8})-(\d+)-[0-9a-f]{12}$/;

/** Old contents that were moved aside live here until the new ones are in place. */
const ASIDE = 'aside';

/** On another machine nobody can be asked whether a process still lives; no run takes this long. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/** Between two renames of a live run there are microseconds, not this. */
const GAP_IS_OVER_MS = 60 * 1000;

/**
 * A folder beside the final places, on the same device, for everything that is not in place yet. Only its owner can
 * enter it, its name cannot be planted, and it goes with the process.
 */
export class TemporaryFolder {
  readonly path: string;
  /** The folder that holds it and the final places, links resolved. */
  readonly parent: string;
  readonly #parentIdentity: Identity | undefined;
  readonly #made: readonly string[];
  readonly #registered: { forget(): void };
  #next = 0;

  /**
   * Makes the output folder where it is missing, and mends and removes what a killed run left in it.
   * @param shown the output folder as the user gave it
   * @throws OutputError
   */
  constructor(shown: string) {
    // Before there is anything: a signal that comes while folders are made finds somebody who takes them away again.
    this.#registered = removeAtExit(() => this.#remove({ isPlaced: false }));
    try {
      this.#made = makeFolders(path.resolve(shown));
      this.parent = fs.realpathSync(path.resolve(shown));
      removeAbandoned(this.parent);
      this.path = path.join(
        this.parent,
        `.mobileone-${host()}-${process.pid}-${nodeCrypto().randomBytes(6).toString('hex')}`,
      );
      fs.mkdirSync(this.path, { mode: 0o700 });
      this.#parentIdentity = identityAt(this.parent);
    } catch (error) {
      this.#registered.forget();
      throw asOutputError(error, shown);
    }
  }

  /** A path in this folder that was not given before. */
  fresh(): string {
    return path.join(this.path, String(this.#next++));
  }

  /** Where the old content of a final name waits; `removeAbandoned` finds it there by its name. */
  aside(name: string): string {
    const folder = path.join(this.path, ASIDE);
    fs.mkdirSync(folder, { recursive: true });
    return path.join(folder, name);
  }

  /** Whether the output folder is still the one that this folder was made in. */
  get isStillThere(): boolean {
    return identityAt(this.parent) === this.#parentIdentity && fs.lstatSync(this.parent).isDirectory();
  }

  /** @param isPlaced whether something now stands in the folders that were made for it */
  remove({ isPlaced }: { readonly isPlaced: boolean }): void {
    this.#remove({ isPlaced });
    this.#registered.forget();
  }

  #remove({ isPlaced }: { readonly isPlaced: boolean }): void {
    fs.rmSync(this.path, { recursive: true, force: true });
    if (!isPlaced) for (const folder of this.#made) removeIfEmpty(folder);
  }
}

function removeIfEmpty(folder: string): void {
  try {
    fs.rmdirSync(folder);
  } catch {
    // Somebody put something there meanwhile: then it is theirs.
  }
}

/**
 * Mends what a killed run left: an old artefact that was moved aside when nothing stands in its place goes back, then
 * the temporary folder goes.
 */
export function removeAbandoned(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    const match = NAME.exec(name);
    if (!match) continue;
    const temporary = path.join(folder, name);
    const stat = fs.lstatSync(temporary, { throwIfNoEntry: false });
    if (!stat?.isDirectory() || stat.uid !== (process.getuid?.() ?? stat.uid)) continue;
    const age = Date.now() - stat.mtimeMs;
    const isAbandoned = match[1] === host() ? !isAlive(Number(match[2])) : age > ABANDONED_AFTER_MS;
    if (isAbandoned || age > GAP_IS_OVER_MS) putBack(path.join(temporary, ASIDE), folder);
    if (isAbandoned) fs.rmSync(temporary, { recursive: true, force: true });
  }
}

function putBack(aside: string, folder: string): void {
  if (!fs.existsSync(aside)) return;
  for (const name of fs.readdirSync(aside)) {
    const place = path.join(folder, name);
    if (!fs.lstatSync(place, { throwIfNoEntry: false })) fs.renameSync(path.join(aside, name), place);
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function host(): string {
  return nodeCrypto().createHash('sha256').update(os.hostname()).digest('hex').slice(0, 8);
}
