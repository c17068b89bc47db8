import module from 'node:module';
import path from 'node:path';
import { homeFolder } from '../files/known-folders.js';
import { makeFolders } from '../files/make-folders.js';

/** Node 22.8 and later can do this; the declarations are those of the oldest Node that we support. */
const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown };

/**
 * Lets Node keep what it compiles of our scripts in the user's folder of caches: the next run of the same version starts some
 * thirty milliseconds sooner. Where that folder cannot be written nothing is kept and nothing said.
 * `NODE_DISABLE_COMPILE_CACHE=1` switches it off.
 */
export function keepCompiled(): void {
  if (!enableCompileCache) return;
  const caches = cacheFolder(process.platform, process.env, homeFolder());
  if (caches === undefined) return;
  const folder = path.resolve(caches, 'mobileone');
  try {
    // Node would make it itself, and tries without end where the system lets nobody make folders (/proc as a home).
    makeFolders(folder);
  } catch {
    return;
  }
  enableCompileCache(folder);
}

/** Where programs of a user keep what they can make anew; undefined where that is in a home that is not known. */
export function cacheFolder(
  platform: NodeJS.Platform,
  { XDG_CACHE_HOME, LOCALAPPDATA }: NodeJS.ProcessEnv,
  home: string | undefined,
): string | undefined {
  const inHome = (...names: string[]) => (home === undefined ? undefined : path.join(home, ...names));
  if (platform === 'win32') return LOCALAPPDATA || inHome('AppData', 'Local');
  if (platform === 'darwin') return inHome('Library', 'Caches');
  // A relative one is to be ignored, says the specification of XDG.
  return XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : inHome('.cache');
}
