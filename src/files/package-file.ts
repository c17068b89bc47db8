import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The bytes of a file of an installed package, by the name that an import would have: `package/folder/file.wasm`. */
export function readPackageFile(name: string): Uint8Array {
  return readFileSync(require.resolve(name));
}
