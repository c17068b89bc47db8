import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { ExternalData } from '../../src/files/index.js';
import { InputError } from '../../src/model/index.js';
import { scratch } from './scratch.js';

const SECRET = 'the secret';

/** A model's folder with a data file, and a secret outside of it. */
function world(): { readonly root: string; readonly folder: string; readonly model: string } {
  const root = scratch();
  const folder = path.join(root, 'models');
  fs.mkdirSync(path.join(folder, 'sub'), { recursive: true });
  fs.writeFileSync(path.join(root, 'secret'), SECRET);
  fs.writeFileSync(path.join(folder, 'w.bin'), '0123456789');
  fs.writeFileSync(path.join(folder, 'sub', 'v.bin'), 'abc');
  const model = path.join(folder, 'm.onnx');
  fs.writeFileSync(model, 'the model');
  return { root, folder, model };
}

function read(model: string, location: string, offset = 0, length?: number): string {
  const data = new ExternalData(model, { maxBytes: 1000 });
  try {
    return Buffer.from(data.read(location, offset, length)).toString();
  } finally {
    data.close();
  }
}

test('a range of a data file beside the model is read', () => {
  const { model } = world();
  expect(read(model, 'w.bin', 2, 3)).toBe('234');
  expect(read(model, 'w.bin', 8)).toBe('89');
  expect(read(model, './w.bin', 10, 0)).toBe('');
  expect(read(model, 'sub//v.bin')).toBe('abc');
});

test.each([
  ['../secret', /leaves/],
  ['sub/../w.bin', /leaves/],
  ['..\\secret', /leaves/],
  ['%2e%2e/secret', /leaves/],
  ['..%2Fsecret', /leaves/],
  ['/etc/passwd', /absolute/],
  ['C:\\x', /absolute/],
  ['C:x', /absolute/],
  ['\\\\host\\share', /absolute/],
  ['//host/x', /absolute/],
  ['file:///etc/passwd', /URL/],
  ['https://example.com/w.bin', /URL/],
  ['*/_ORT_MEM_ADDR_/*', /external data/],
  ['', /location/],
  ['a\0b', /location/],
  ['x'.repeat(5000), /location/],
  ['.', /not a regular file/],
  ['sub', /not a regular file/],
  ['m.onnx', /the model itself/],
  ['missing.bin', /not found/],
  ['__proto__', /not found/],
])('the location %j is refused', (location, message) => {
  expect(() => read(world().model, location)).toThrow(InputError);
  expect(() => read(world().model, location)).toThrow(message);
});

test('a pipe is refused without waiting for it', () => {
  const { folder, model } = world();
  execFileSync('mkfifo', [path.join(folder, 'pipe')]);
  expect(() => read(model, 'pipe')).toThrow(/not a regular file/);
});

test('links that lead out of the folder are refused, however they do it', () => {
  const { root, folder, model } = world();
  fs.symlinkSync(path.join(root, 'secret'), path.join(folder, 'out'));
  fs.symlinkSync('out', path.join(folder, 'chain'));
  fs.symlinkSync(root, path.join(folder, 'up'));
  fs.symlinkSync('loop', path.join(folder, 'loop'));
  for (const location of ['out', 'chain', 'up/secret', 'loop']) {
    expect(() => read(model, location), location).toThrow(/link.*leaves|leaves.*link|link leads/);
  }
});

test('a link to another place in the folder is followed', () => {
  const { folder, model } = world();
  fs.symlinkSync('sub/v.bin', path.join(folder, 'inside'));
  expect(read(model, 'inside')).toBe('abc');
});

test('model and data that are both links into one store are read', () => {
  const { root } = world();
  const blobs = path.join(root, 'blobs');
  const snapshot = path.join(root, 'snapshots', 'x');
  fs.mkdirSync(blobs);
  fs.mkdirSync(snapshot, { recursive: true });
  fs.writeFileSync(path.join(blobs, 'A'), 'model');
  fs.writeFileSync(path.join(blobs, 'B'), 'weights');
  fs.symlinkSync('../../blobs/A', path.join(snapshot, 'm.onnx'));
  fs.symlinkSync('../../blobs/B', path.join(snapshot, 'm.onnx.data'));
  fs.symlinkSync('../../secret', path.join(snapshot, 'out'));
  const model = path.join(snapshot, 'm.onnx');
  expect(read(model, 'm.onnx.data')).toBe('weights');
  expect(() => read(model, 'out')).toThrow(/leaves/);
});

test('a hard link is read, and noted', () => {
  const { root, folder, model } = world();
  fs.linkSync(path.join(root, 'secret'), path.join(folder, 'hard'));
  const data = new ExternalData(model, { maxBytes: 1000 });
  expect(Buffer.from(data.read('hard', 0, undefined)).toString()).toBe(SECRET);
  expect(data.notes.join()).toMatch(/hard is a hard link/);
  data.close();
});

test('a file that becomes a link between look and open gives no secret', () => {
  const { root, folder, model } = world();
  const file = path.join(folder, 'w.bin');
  const openSync = fs.openSync;
  vi.spyOn(fs, 'openSync').mockImplementationOnce((...args: unknown[]) => {
    fs.rmSync(file);
    fs.symlinkSync(path.join(root, 'secret'), file);
    return Reflect.apply(openSync, fs, args);
  });
  expect(() => read(model, 'w.bin')).toThrow(InputError);
});

test('a folder on the way that becomes a link between look and open gives no secret', () => {
  const { root, folder, model } = world();
  const outside = path.join(root, 'outside');
  fs.mkdirSync(outside);
  fs.writeFileSync(path.join(outside, 'v.bin'), SECRET);
  const openSync = fs.openSync;
  vi.spyOn(fs, 'openSync').mockImplementationOnce((...args: unknown[]) => {
    fs.renameSync(path.join(folder, 'sub'), path.join(folder, 'gone'));
    fs.symlinkSync(outside, path.join(folder, 'sub'));
    return Reflect.apply(openSync, fs, args);
  });
  expect(() => read(model, 'sub/v.bin')).toThrow(/changed/);
});

test.each([
  [-4, 1, /offset/],
  [11, 0, /offset/],
  [2 ** 40, 1, /offset/],
  [0.5, 1, /offset/],
  [0, 11, /length/],
  [8, 3, /length/],
  [0, -1, /length/],
  [8, Number.MAX_SAFE_INTEGER, /length/],
])('offset %d with length %d is outside', (offset, length, message) => {
  expect(() => read(world().model, 'w.bin', offset, length)).toThrow(message);
});

test('a data file that is written to between two reads is refused', () => {
  const { folder, model } = world();
  const data = new ExternalData(model, { maxBytes: 1000 });
  data.read('w.bin', 0, 2);
  fs.appendFileSync(path.join(folder, 'w.bin'), 'more');
  expect(() => data.read('w.bin', 2, 2)).toThrow(/changed/);
  data.close();
});

test.runIf(process.platform === 'linux')('many data files are read without keeping them all open', () => {
  const { folder, model } = world();
  for (let i = 0; i < 40; i++) fs.writeFileSync(path.join(folder, `t${i}`), `tensor ${i}`);
  const data = new ExternalData(model, { maxBytes: 1000 });
  for (const round of [1, 2]) {
    for (let i = 0; i < 40; i++)
      expect(Buffer.from(data.read(`t${i}`, 7, undefined)).toString(), `${round}`).toBe(`${i}`);
  }
  expect(fs.readdirSync('/proc/self/fd').length).toBeLessThan(60);
  expect(data.files.map(({ location }) => location)).toHaveLength(40);
  data.close();
});

test('data over the limit is refused, and the flag that raises it is named', () => {
  const { model } = world();
  const data = new ExternalData(model, { maxBytes: 12 });
  data.read('w.bin', 0, undefined);
  expect(() => data.read('sub/v.bin', 0, undefined)).toThrow(/limit.*--max-bytes/);
  data.close();
});
