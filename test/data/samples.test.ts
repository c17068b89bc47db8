import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSamples, type SamplesRequest } from '../../src/data/open-samples.js';
import type { InputSpec } from '../../src/trials/index.js';
import { readNpy } from '../../src/trials/npy.js';

const FIXTURES = new URL('../../fixtures/', import.meta.url).pathname;
const IMAGES = path.join(FIXTURES, 'images');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'samples-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, content: string | Uint8Array = readFileSync(path.join(IMAGES, 'scene.png'))): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const image = (shape: InputSpec['shape'], name = 'image'): InputSpec => ({ name, dtype: 'float32', shape, below: 2 });

const open = (more: Partial<SamplesRequest> = {}, place = folder) =>
  openSamples(place, {
    specs: [image(['N', 3, 37, 53])],
    classes: { labels: undefined, count: undefined },
    maxBytes: 2 ** 30,
    ...more,
  });

/** A float32 array as numpy.save writes it. */
function npy(shape: readonly number[], values: readonly number[]): Uint8Array {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const padded = `${header.padEnd(117)}\n`;
  const bytes = [0x93, ...Buffer.from('NUMPY'), 1, 0, padded.length & 255, padded.length >> 8, ...Buffer.from(padded)];
  return Uint8Array.from([...bytes, ...new Uint8Array(Float32Array.from(values).buffer)]);
}

describe('a folder of images', () => {
  test('is found below all its folders, in the order of paths, and hidden and other files are left out', async () => {
    for (const name of ['b/2.png', 'b/10.png', 'a.png', 'B/1.png', '.hidden.png', 'b/.DS_Store', 'notes.txt'])
      put(name);
    const samples = open();
    const labels = await Promise.all([0, 1, 2, 3].map(async (index) => (await samples.sample(index)).label));
    expect(labels).toEqual(['B/1.png', 'a.png', 'b/10.png', 'b/2.png']);
    expect(samples.size).toBe(4);
    expect(samples.notes).toEqual([`1 other file of ${folder} left out`]);
  });

  test('may be made of links, but not of a link back into itself', () => {
    put('real/1.png');
    symlinkSync(path.join(IMAGES, 'gray.jpg'), path.join(folder, 'link.jpg'));
    symlinkSync(path.join(folder, 'real'), path.join(folder, 'other'));
    expect(open().size).toBe(3);
    symlinkSync(folder, path.join(folder, 'real', 'loop'));
    expect(() => open()).toThrow('the folder leads back into itself by a link');
  });

  test('gives the reference what torchvision makes: p / 255, less the mean, over the deviation', async () => {
    put('scene.png');
    const [mean, std] = [
      [0.485, 0.456, 0.406],
      [0.229, 0.224, 0.225],
    ];
    const sample = await open({ image: { order: 'rgb', mean, std } }).sample(0);
    const pixels = readNpy(new Uint8Array(readFileSync(path.join(IMAGES, 'scene.png.npy')))).bytes;
    const plane = 37 * 53;
    const feed = sample.feeds.get('image')?.toFloat64();
    const asGiven = sample.artefactFeeds.get('image')?.toFloat64();
    for (let channel = 0; channel < 3; channel++) {
      for (let i = 0; i < plane; i++) {
        const pixel = pixels[3 * i + channel] ?? 0;
        expect(asGiven?.[channel * plane + i]).toBe(pixel);
        const expected = Math.fround((pixel / 255 - (mean[channel] ?? 0)) / (std[channel] ?? 0));
        expect(feed?.[channel * plane + i]).toBe(expected);
      }
    }
  });

  test('without a word gets the size of the input and is divided by 255; gray for one channel', async () => {
    put('scene.png');
    const samples = open({ specs: [image([1, 1, 20, 20])] });
    expect(samples.preprocessing).toMatchObject({ resize: [20, 20], crop: null, order: 'gray', mean: [0], std: [1] });
    const { feeds, artefactFeeds } = await samples.sample(0);
    const pixels = artefactFeeds.get('image')?.toFloat64() ?? [];
    expect(Math.max(...pixels)).toBeGreaterThan(1);
    expect(feeds.get('image')?.shape).toEqual([1, 1, 20, 20]);
    expect([...(feeds.get('image')?.toFloat64() ?? [])]).toEqual(Array.from(pixels, (p) => Math.fround(p / 255)));
  });

  test('goes channels last into an input that lies so', async () => {
    put('scene.png');
    const sample = await open({ specs: [image([1, 37, 53, 3])] }).sample(0);
    const pixels = readNpy(new Uint8Array(readFileSync(path.join(IMAGES, 'scene.png.npy')))).bytes;
    expect([...(sample.artefactFeeds.get('image')?.toFloat64() ?? [])]).toEqual([...pixels]);
  });

  test('that does not fit the input is refused, naming the file, both shapes and what to do', async () => {
    put('scene.png');
    await expect(open({ resize: [20] }).sample(0)).rejects.toMatchObject({
      name: 'InputError',
      what: 'the image becomes [1,3,20,28], the input takes [?,3,37,53]',
      where: { file: path.join(folder, 'scene.png') },
      todo: 'give the size with --resize or --crop',
    });
  });

  test('names the file that cannot be decoded', async () => {
    put('broken.png', 'no image');
    await expect(open().sample(0)).rejects.toMatchObject({ where: { file: path.join(folder, 'broken.png') } });
  });

  test('says what was done and by what, hashed', async () => {
    put('scene.png');
    const plain = open().preprocessing;
    const cubic = open({ interpolation: 'bicubic' }).preprocessing;
    expect(plain?.decoder).toMatch(/^@jsquash\/jpeg \d+\.\d+\.\d+, @jsquash\/png .*, @jsquash\/webp /);
    expect(plain?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(cubic?.sha256).not.toBe(plain?.sha256);
    expect(open().preprocessing).toEqual(plain);
  });

  test('has another listing when a file is added, renamed or of another length, and a sample the hash of its file', async () => {
    const file = put('scene.png');
    const { listing } = open();
    expect(open().listing).toBe(listing);
    expect((await open().sample(0)).sha256).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'));
    put('more.png');
    expect(open().listing).not.toBe(listing);
    rmSync(path.join(folder, 'more.png'));
    copyFileSync(path.join(IMAGES, 'gray.png'), file);
    expect(open().listing).not.toBe(listing);
  });

  test.each([
    [
      'two inputs',
      [image([1, 3, 8, 8]), image([1, 3, 8, 8], 'other')],
      'a folder of images is for one input, the reference has 2',
    ],
    ['rows of numbers', [image([1, 10])], 'images cannot go into an input of float32 [1,10]: it takes no gray or RGB'],
    [
      'four channels',
      [image([1, 4, 8, 8])],
      'images cannot go into an input of float32 [1,4,8,8]: it takes no gray or RGB',
    ],
    [
      'a batch of four',
      [image([4, 3, 8, 8])],
      'the input takes 4 images at a time, and each image is a sample of its own',
    ],
  ])('is refused for %s', (_, specs, what) => {
    put('scene.png');
    expect(() => open({ specs })).toThrow(what);
  });

  test('is refused in colours that the input has not', () => {
    put('scene.png');
    expect(() => open({ image: { order: 'gray', mean: [0], std: [1] } })).toThrow(
      '--image gray is for 1 channels, input image has 3',
    );
  });

  test('that is empty, mixed or missing is refused', () => {
    expect(() => open()).toThrow('the folder holds no JPEG, PNG, WebP, npy or npz file');
    put('a.png');
    put('b.npy', npy([1], [1]));
    expect(() => open()).toThrow('the folder holds both images and arrays');
    expect(() => open({}, path.join(folder, 'nowhere'))).toThrow('not found');
  });
});

describe('arrays', () => {
  const specs = [image(['N', 2], 'row')];

  test('of an open batch are samples row by row', async () => {
    const file = put('rows.npy', npy([3, 2], [1, 2, 3, 4, 5, 6]));
    const samples = open({ specs }, file);
    expect(samples.size).toBe(3);
    const last = await samples.sample(2);
    expect(last.feeds.get('row')?.shape).toEqual([1, 2]);
    expect([...(last.feeds.get('row')?.toFloat64() ?? [])]).toEqual([5, 6]);
    expect(last.sha256).not.toBe((await samples.sample(1)).sha256);
  });

  test('of a folder are a sample each', async () => {
    put('b.npy', npy([1, 2], [3, 4]));
    put('a/x.npy', npy([1, 2], [1, 2]));
    const samples = open({ specs });
    expect(samples.size).toBe(2);
    expect(await samples.sample(1)).toMatchObject({ label: 'b.npy' });
    expect([...((await samples.sample(0)).feeds.get('row')?.toFloat64() ?? [])]).toEqual([1, 2]);
  });

  test('that are broken are named', async () => {
    put('a.npy', npy([1, 3], [1, 2, 3]));
    await expect(async () => open({ specs }).sample(0)).rejects.toMatchObject({
      what: 'the array has the shape [1,3], the input takes [N,2]',
      where: { file: path.join(folder, 'a.npy') },
    });
  });

  test('are not resized', () => {
    const file = put('rows.npy', npy([3, 2], [1, 2, 3, 4, 5, 6]));
    expect(() => open({ specs, resize: [8] }, file)).toThrow('--resize is for a folder of images');
    expect(() => open({ specs, truth: 'folders' }, file)).toThrow('--truth is for a folder of samples');
  });
});

describe('the truth', () => {
  const classes = async (more: Partial<SamplesRequest>) => {
    const { size, truth } = open(more);
    return Array.from({ length: size }, (_, index) => truth?.(index));
  };

  test('of folders is their place in the order of names', async () => {
    for (const name of ['cat/1.png', 'ape/1.png', 'ape/deep/2.png', 'dog/1.png']) put(name);
    expect(await classes({ truth: 'folders' })).toEqual([0, 0, 1, 2]);
    expect(open({ truth: 'folders' }).notes).toEqual([
      'classes are the folders in the order of their names: 0 is ape, 2 is dog',
    ]);
  });

  test('of folders that are named like classes is by name', async () => {
    for (const name of ['cat/1.png', 'ape/1.png']) put(name);
    const labels = ['dog', 'cat', 'ape'];
    expect(await classes({ truth: 'folders', classes: { labels, count: 3 } })).toEqual([2, 1]);
  });

  test('of folders that are fewer than the classes is refused: their order says nothing', () => {
    put('cat/1.png');
    expect(() => open({ truth: 'folders', classes: { labels: undefined, count: 3 } })).toThrow(
      'there are 1 folders for 3 classes',
    );
    put('loose.png');
    expect(() => open({ truth: 'folders' })).toThrow('it lies in no folder that could say its class');
  });

  test('of a table is a name or a number, with quotes, a heading and lines for other files', async () => {
    for (const name of ['x/1.png', 'a, b.png', 'c.png']) put(name);
    const table = put(
      'truth.csv',
      'file,label\r\n"a, b.png",cat\r\nc.png,1\r\nx/1.png,"a ""big"" ape"\nother.png,0\n\n',
    );
    const labels = ['dog', 'cat', 'a "big" ape'];
    expect(await classes({ truth: table, classes: { labels, count: 3 } })).toEqual([1, 1, 2]);
  });

  test('of a table that lacks a file or says another class is refused by name', () => {
    put('a.png');
    const truth = (lines: string, labels?: string[]) => () =>
      open({ truth: put('truth.csv', lines), classes: { labels, count: 2 } });
    expect(truth('b.png,1\n')).toThrow('it has no line for a.png');
    expect(truth('a.png,2\n')).toThrow('there is no class 2: there are 2');
    expect(truth('a.png,cat\n')).toThrow('"cat" is no class name; give the number of the class, or --labels');
    expect(truth('a.png,owl\n', ['cat', 'dog'])).toThrow('"owl" is no class name; give a name of the labels');
    expect(truth('a.png,0\na.png,1\n')).toThrow('it has two labels for a.png: 0 and 1');
    expect(truth('a.png,1\na.png,1\n')).not.toThrow();
    expect(truth('a.png\n')).toThrow('line 1 is no "file,label"');
  });
});
