import module from 'node:module';
import os from 'node:os';
import path from 'node:path';

/** Node 22.8 and later can do this; the declarations are those of the oldest Node that we support. */
const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown };

/**
 * Lets Node keep what it compiles of our scripts in the user's folder of caches: the next run of the same version starts some
 * thirty milliseconds sooner. Where that folder cannot be written nothing is kept and nothing said.
 * `NODE_DISABLE_COMPILE_CACHE=1` switches it off.
 */
export function keepCompiled(): void {
  enableCompileCache?.(path.join(cacheFolder(process.platform, process.env), 'mobileone'));
}

/** Where programs of a user keep what they can make anew. */
export function cacheFolder(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = environment;
  const home = os.homedir();
  if (platform === 'win32') return LOCALAPPDATA || path.join(home, 'AppData', 'Local');
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches');
  // A relative one is to be ignored, says the specification of XDG.
  return XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : path.join(home, '.cache');
}
