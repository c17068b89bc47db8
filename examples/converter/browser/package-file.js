/**
 * The one file that an engine needs, out of a script of the page's own server: `connect-src 'none'` forbids every other way.
 * Waited for here, since the engine asks when it cannot wait.
 */
import packed from 'engine-bytes';

const bytes = await unpacked(packed);

export function readPackageFile() {
  return bytes;
}

/** @param {string} text deflated bytes in base64 */
async function unpacked(text) {
  const deflated = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
