// @ts-check
// JavaScript, as engines' processes read it as it is.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * What is inflated in one piece. Node's own pieces are of 16 kB, and putting those of an engine together takes as long as
 * inflating them; what is not written to costs nothing.
 */
const PIECE = 2 ** 24;

/**
 * The bytes of a file of another package, by the name that an import would have: `package/folder/file.wasm`. A build carries
 * it along beside its scripts, deflated; elsewhere it lies where npm installed it.
 * @param {string} name
 * @param {string} [folder] of the scripts that it is carried for, where those are not the ones that run: `child/`
 * @returns {Uint8Array<ArrayBuffer>} a view on memory that may be larger
 */
export function readPackageFile(name, folder = '') {
  const carried = new URL(`${folder}packages/${name}.deflate`, import.meta.url);
  if (!existsSync(carried)) return new Uint8Array(readFileSync(require.resolve(name)));
  // Loaded when it is needed: few runs are.
  /** @type {typeof import('node:zlib')} */
  const { inflateRawSync } = require('node:zlib');
  const { buffer, byteOffset, length } = inflateRawSync(readFileSync(carried), { chunkSize: PIECE });
  return new Uint8Array(buffer, byteOffset, length);
}
