import { expect, test } from 'vitest';
import { expectClassNames } from '../../src/conversion/class-names.js';
import { sha256 } from '../../src/files/index.js';
import { coreml } from '../../src/formats/coreml/index.js';
import { network } from '../network.js';

/** A classifier with three classes, written with these names. */
function written(labels: readonly string[]) {
  const model = network((n) => n.linear(n.input([1, 4]), 3));
  const options = { labels, precision: 'fp32' } as const;
  const lowered = coreml.lower(model, options);
  const artefact = coreml.write(lowered.program, 'model', sha256);
  return { target: coreml, artefact, lowered, options, precision: 'fp32' } as const;
}

const names = ['cat', 'dog, "big"', 'Grünspecht 鳥'];

test('class names come back from a package as they were given', async () => {
  await expect(expectClassNames(written(names))).resolves.toBeUndefined();
});

test.each([
  ['of another order', [...names].reverse()],
  ['with another letter', [...names.slice(0, 2), 'Grunspecht 鳥']],
])('names %s are a defect', async (_, other) => {
  const artefact = { ...written(other), options: written(names).options };
  await expect(expectClassNames(artefact)).rejects.toThrow(/other class names: .*Gr.nspecht/);
});
