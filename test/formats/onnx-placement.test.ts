import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { filesOnDisk } from '../../src/files/files-on-disk.js';
import { isOnnxFile } from '../../src/formats/onnx/placement.js';
import { digitsCases } from '../corpus.js';
import { scratch } from '../files/scratch.js';

test('every exported network is an ONNX file', () => {
  const files = digitsCases().map((each) => each.model);
  expect(files.length).toBeGreaterThan(5);
  for (const file of files) expect(isOnnxFile(filesOnDisk(file)), file).toBe(true);
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a text', Buffer.from('my notes, which nobody else has\n')],
  ['zeros', Buffer.alloc(100)],
  ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ['a model without a graph', Buffer.from([8, 8])],
  ['a graph that is cut off', Buffer.from([8, 8, 58, 5, 1])],
])('%s is none', (_, content) => {
  const file = path.join(scratch(), 'm.onnx');
  fs.writeFileSync(file, content);
  expect(isOnnxFile(filesOnDisk(file))).toBe(false);
});
