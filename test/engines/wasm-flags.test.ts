import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const SOURCE = new URL('../../src/engines/child/wasm-flags.js', import.meta.url);

test('V8 knows each flag that is set: of one that it does not know it says nothing to anybody', () => {
  const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  const set = Array.from(
    readFileSync(SOURCE, 'utf8').matchAll(/setFlagsFromString\('(--[a-z-]+)/g),
    ([, flag]) => flag,
  );
  expect(set.length).toBeGreaterThan(0);
  for (const flag of set) expect(known).toContain(`${flag} (`);
});
