import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { serve as listen } from '../../examples/web/serve.mjs';

const SERVE = fileURLToPath(new URL('../../examples/web/serve.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mobileone-web-'));
afterAll(() => rmSync(folder, { recursive: true }));

const serve = (args: readonly string[], env: Record<string, string> = {}) => {
  const options = { encoding: 'utf8', env: { ...process.env, ...env }, timeout: 60_000 } as const;
  return spawnSync(process.execPath, [SERVE, ...args], options);
};

describe('the server of the example page', () => {
  test('says in one line that there is no network', () => {
    const { status, stderr } = serve([join(folder, 'nothing.tfjs')]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^serve\.mjs: .*model\.json: not found; .*\n$/);
  });

  test('says in one line that its port is taken', async () => {
    writeFileSync(join(folder, 'model.json'), '{}');
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    const { status, stderr } = serve([folder], { PORT: String(port) });
    other.close();
    expect(status).toBe(1);
    expect(stderr).toBe(`serve.mjs: port ${port} is taken; name another by PORT=8081\n`);
  });

  test('says in one line that a port is none', () => {
    const { status, stderr } = serve([folder], { PORT: 'web' });
    expect(status).toBe(1);
    expect(stderr).toBe('serve.mjs: PORT is web, which is no port\n');
  });

  test('goes on after a path that is none', async () => {
    const server = await listen({ folder });
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const statusOf = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    expect([await statusOf('/%E0%A4%A'), await statusOf('/'), await statusOf('/model/..%2f..%2fpackage.json')]).toEqual(
      [404, 200, 404],
    );
    server.close();
  });
});
