import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createContext, Script } from 'node:vm';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import { optimize, readOnnx, writeOnnx } from '../src/core.js';
import { digitsCases } from './corpus.js';

/** The core as one script for a browser. Fails where it imports a module of Node's, or a package that does. */
async function bundledCore(): Promise<string> {
  const input = fileURLToPath(new URL('../src/core.ts', import.meta.url));
  const bundle = await rolldown({ input, platform: 'browser', treeshake: true, logLevel: 'silent' });
  const { output } = await bundle.generate({ format: 'iife', name: 'mobileone', inlineDynamicImports: true });
  expect(output).toHaveLength(1);
  expect(output[0].imports).toEqual([]);
  return output[0].code;
}

test('reading, fusing and writing run where there is no Node: only what every browser has', async () => {
  const model = digitsCases().find(({ name }) => name === 'digits_ts13_bn')?.model ?? '';
  const bytes = new Uint8Array(readFileSync(model));
  const context = createContext({ TextEncoder, TextDecoder, bytes });
  new Script(await bundledCore()).runInContext(context);
  const written: Uint8Array = new Script(
    'const model = mobileone.readOnnx(bytes); mobileone.optimize(model); mobileone.writeOnnx(model)',
  ).runInContext(context);

  const expected = readOnnx(bytes);
  optimize(expected);
  expect(Buffer.compare(Buffer.from(written), writeOnnx(expected))).toBe(0);
});
