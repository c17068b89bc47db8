import { InputError } from '../model/index.js';

/** Longer than any path that a file system takes. */
const LONGEST_LOCATION = 4096;

/**
 * The `location` of external data as path segments below the model's folder. The rules are the same on every platform,
 * so that a file means the same everywhere: no way up, no absolute path, drive or host, no URL.
 * @throws InputError naming the rule that is broken
 */
export function parseLocation(location: string): string[] {
  const refuse = (what: string) => new InputError({ what: `external data: ${what}`, where: { value: location } });
  if (location === '' || location.includes('\0') || location.length > LONGEST_LOCATION) {
    throw new InputError({ what: 'external data: the location is empty, too long or holds a NUL' });
  }
  if (/_ORT_MEM_ADDR_/.test(location)) throw refuse('the location is an address in memory, not a file');
  if (/^[a-z][a-z0-9+.-]+:[/\\]/i.test(location)) throw refuse('the location is a URL');
  if (/^[/\\]/.test(location) || /^[a-z]:/i.test(location)) throw refuse('the location is absolute');
  // Escapes are not decoded for reading; a location that would lead out if someone decoded it is refused all the same.
  const decoded = location.replace(/%2e/gi, '.').replace(/%2f/gi, '/').replace(/%5c/gi, '\\');
  if (decoded.split(/[/\\]/).includes('..')) throw refuse("the location leaves the model's folder");
  const segments = location.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.length === 0) throw refuse('not a regular file: the location is a folder');
  return segments;
}
