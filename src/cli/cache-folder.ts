import path from 'node:path';

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
