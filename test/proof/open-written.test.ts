import { expect, test } from 'vitest';
import { sha256 } from '../../src/files/index.js';
import { coreml } from '../../src/formats/coreml/index.js';
import { openWritten } from '../../src/proof/candidates.js';
import { network } from '../network.js';

/** A classifier with three classes, written with these names. */
function written(labels: readonly string[]) {
  const model = network((n) => n.linear(n.input([1, 4]), 3));
  return coreml.write(coreml.lower(model, { labels, precision: 'fp32' }).program, 'model', sha256);
}

const names = ['cat', 'dog, "big"', 'Grünspecht 鳥'];

test('class names come back from a package as they were given', () => {
  expect(openWritten(coreml, written(names), names).labels).toEqual(names);
});

test.each([
  ['of another order', [...names].reverse()],
  ['with another letter', [...names.slice(0, 2), 'Grunspecht 鳥']],
])('names %s are a defect', (_, other) => {
  expect(() => openWritten(coreml, written(other), names)).toThrow(/other class names: .*Gr.nspecht/);
});

test('what does not open is a defect, not an error of the user', () => {
  const { files, commits } = written(names);
  const damaged = new Map([...files].filter(([path]) => path !== 'Manifest.json'));
  expect(() => openWritten(coreml, { files: damaged, commits })).toThrow(
    /^the coreml artefact does not open: .*Manifest/,
  );
});
