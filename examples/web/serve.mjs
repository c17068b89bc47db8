/**
 * Serves the page beside this file, TensorFlow.js from node_modules and one converted network, on this machine only.
 *
 *     node examples/web/serve.mjs digits.tfjs [port]
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Browser builds of the packages; `require.resolve` finds their folders wherever they are installed. */
const PACKAGES = ['core', 'converter', 'backend-cpu', 'backend-wasm', 'backend-webgl'].map((name) =>
  dirname(require.resolve(`@tensorflow/tfjs-${name}/package.json`)),
);

/** The file behind a path of the URL. Only its last part is used, so that no path leads out of the folders. */
function candidates(path, modelFolder) {
  const name = basename(path);
  if (path === '/') return [join(here, 'index.html')];
  if (path.startsWith('/model/')) return [join(modelFolder, name)];
  return PACKAGES.map((folder) => join(folder, 'dist', name));
}

/** @returns {Promise<import('node:http').Server>} listening on 127.0.0.1 */
export function serve(modelFolder, port = 0) {
  const server = createServer(async ({ url = '/' }, response) => {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    for (const file of candidates(path, modelFolder)) {
      const bytes = await readFile(file).catch(() => undefined);
      if (!bytes) continue;
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
      response.end(bytes);
      return;
    }
    response.writeHead(404).end('not found');
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [modelFolder, port = '8080'] = process.argv.slice(2);
  if (!modelFolder) {
    console.error('usage: node examples/web/serve.mjs MODEL.tfjs [PORT]');
    process.exit(2);
  }
  const server = await serve(modelFolder, Number(port));
  console.log(`http://127.0.0.1:${server.address().port}/`);
}
