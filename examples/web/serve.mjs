/**
 * Serves the page beside this file, TensorFlow.js and LiteRT from node_modules and one converted network, on this machine only.
 *
 *     node examples/web/serve.mjs digits.tfjs [digits.tflite]
 */
import { existsSync } from 'node:fs';
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

const folderOf = (name, from = require) => dirname(from.resolve(name));
const liteRt = folderOf('@litertjs/core');
const ofLiteRt = createRequire(join(liteRt, 'index.js'));

/** Besides index.html: the least that it takes to run a network of each kind. */
const PAGES = ['classifier.html', 'detector.html', 'segmenter.html'];

/** Browser builds of the packages, wherever they are installed, by the path of the URL that they are found under. */
const PACKAGES = {
  '/tfjs/': ['core', 'converter', 'backend-cpu', 'backend-wasm', 'backend-webgl'].map((name) =>
    join(folderOf(`@tensorflow/tfjs-${name}/package.json`), 'dist'),
  ),
  '/litert/': [liteRt, join(liteRt, '..', 'wasm')],
  '/litert-utils/': [folderOf('@litertjs/wasm-utils', ofLiteRt)],
};

/** The files that may be behind a path of the URL. Only its last part is used, so that no path leads out of the folders. */
function candidates(path, { folder, file }) {
  const name = basename(path);
  if (path === '/') return [join(here, 'index.html')];
  if (PAGES.includes(name) && path === `/${name}`) return [join(here, name)];
  if (path.startsWith('/model/')) return [join(folder, name)];
  if (path === '/model.tflite') return file === undefined ? [] : [file];
  const found = Object.entries(PACKAGES).find(([prefix]) => path.startsWith(prefix));
  return (found?.[1] ?? []).map((each) => join(each, name));
}

/** '' for what is no path. */
function pathOf(url) {
  try {
    return decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return '';
  }
}

/**
 * @param {{ folder: string, file?: string }} network as written for TensorFlow.js and, where it is there, for LiteRT
 * @returns {Promise<import('node:http').Server>} listening on 127.0.0.1
 */
export function serve(network, port = 0) {
  const server = createServer(async ({ url = '/' }, response) => {
    const path = pathOf(url);
    for (const file of candidates(path, network)) {
      const bytes = await readFile(file).catch(() => undefined);
      if (!bytes) continue;
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
      response.end(bytes);
      return;
    }
    response.writeHead(404).end('not found');
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, file] = process.argv.slice(2);
  if (!folder) {
    console.error('usage: node examples/web/serve.mjs MODEL.tfjs [MODEL.tflite]');
    process.exit(2);
  }
  const missing = [join(folder, 'model.json'), file].find((path) => path !== undefined && !existsSync(path));
  if (missing !== undefined) fail(`${missing}: not found; write it by mobileone convert`);
  const port = Number(process.env.PORT || 8080);
  if (!Number.isInteger(port) || port < 0 || port > 65535) fail(`PORT is ${process.env.PORT}, which is no port`);
  const server = await serve({ folder, file }, port).catch(({ code, message }) => {
    fail(code === 'EADDRINUSE' ? `port ${port} is taken; name another by PORT=8081` : message);
  });
  console.log(`http://127.0.0.1:${server.address().port}/`);
}

function fail(reason) {
  console.error(`serve.mjs: ${reason}`);
  process.exit(1);
}
