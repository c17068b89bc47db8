import { createRequire } from 'node:module';

let loaded: typeof import('node:crypto') | undefined;

/** Node's cryptography, loaded when first asked for: its modules take some milliseconds, and not every run hashes. */
export function nodeCrypto(): typeof import('node:crypto') {
  loaded ??= createRequire(import.meta.url)('node:crypto') as typeof import('node:crypto');
  return loaded;
}
