import { expect, test } from 'vitest';
import { saysOfItself } from '../../src/source/says-of-itself.js';
import { network } from '../network.js';

test('author, license, version and description are one sentence; nothing said is none', () => {
  const model = network((n) => n.relu(n.input([1])));
  expect(saysOfItself(model)).toBeUndefined();
  model.metadata.set('model_author', 'A. Author');
  model.metadata.set('model_license', 'MIT');
  model.provenance = { ...model.provenance, modelVersion: 3n, docString: 'digits,\nhandwritten' };
  expect(saysOfItself(model)).toMatch(
    /^says of itself: author A\. Author, license MIT, version 3, description digits,.*$/,
  );
});
