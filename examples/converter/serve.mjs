/**
 * Serves the built page on this machine, with the policy under which it runs: node examples/converter/serve.mjs
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('./dist', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css' };

/** Scripts of this server alone, and no connection at all: a network that is dropped cannot leave. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  'img-src data:',
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** @returns {Promise<import('node:http').Server>} listening on 127.0.0.1 */
export function serve(port = 0) {
  const server = createServer(({ url = '/' }, response) => {
    const path = normalize(decodeURIComponent(new URL(url, 'http://localhost').pathname));
    const file = join(folder, path === '/' ? 'index.html' : path);
    if (!existsSync(file) || !(extname(file) in TYPES)) return response.writeHead(404).end('not found');
    response.writeHead(200, { 'content-type': TYPES[extname(file)], 'content-security-policy': POLICY });
    response.end(readFileSync(file));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!existsSync(folder)) fail('there is no dist folder; build it by node examples/converter/build.mjs');
  const port = Number(process.env.PORT ?? 8081);
  const server = await serve(port).catch(({ code, message }) =>
    fail(code === 'EADDRINUSE' ? `port ${port} is taken; name another by PORT=8082` : message),
  );
  console.log(`http://127.0.0.1:${server.address().port}/`);
}

function fail(reason) {
  console.error(`serve.mjs: ${reason}`);
  process.exit(1);
}
