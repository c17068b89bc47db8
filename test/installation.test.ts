import fs from 'node:fs';
import { expect, test } from 'vitest';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
}

// npm runs the script of no package that the lock does not say has one. Whoever renews the lock has to take out again what npm
// puts there: onnxruntime-node's script would download GPU libraries, and fail without a network.
test('installing this repository runs no script of a package', () => {
  const lock: Lock = JSON.parse(fs.readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
  const packages = Object.entries(lock.packages);
  expect(packages.length).toBeGreaterThan(100);
  expect(packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([name]) => name)).toEqual([]);
});
