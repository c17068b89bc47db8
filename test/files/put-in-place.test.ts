import fs from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import {
  type ArtefactFiles,
  destinationOf,
  identityAt,
  type Placement,
  putInPlace,
  stageArtefact,
  TemporaryFolder,
} from '../../src/files/index.js';
import { formats } from '../../src/formats/index.js';
import { OutputError } from '../../src/model/index.js';
import { contentOf, scratch, systemError } from './scratch.js';

/** The placement of the format whose suffix a name has. */
function placementOf(name: string): Placement {
  const format = [...formats.values()].find(({ suffix }) => name.endsWith(suffix.replace('.fused', '')));
  if (!format) throw new Error(`no format writes ${name}`);
  return format.placement;
}

const bytes = (text: string) => [new TextEncoder().encode(text)];

/** As short as an ONNX file can be: one field, the graph, whose bytes nobody here looks into. */
const graph = (content: string) => `:${String.fromCharCode(content.length)}${content}`;

function onnx(content: string, hash: string): ArtefactFiles {
  return {
    files: new Map([
      ['', bytes(graph(`model ${content}`))],
      [`m.fused.onnx.${hash}.data`, bytes(content)],
    ]),
    commits: '',
  };
}

function tfjs(content: string, hash: string): ArtefactFiles {
  const json = JSON.stringify({ generatedBy: 'mobileone', content });
  return {
    files: new Map([
      ['model.json', bytes(json)],
      [`group1-shard1of1.${hash}.bin`, bytes(content)],
    ]),
    commits: 'model.json',
  };
}

function coreml(content: string): ArtefactFiles {
  return {
    files: new Map([
      ['Manifest.json', bytes(`manifest ${content}`)],
      ['Data/com.apple.CoreML/model.mlmodel', bytes(`mobileone.version ${content}`)],
      ['Data/com.apple.CoreML/weights/weight.bin', bytes(content)],
    ]),
    commits: 'Manifest.json',
  };
}

const A = 'a'.repeat(16);
const B = 'b'.repeat(16);
const all = (content: string, hash: string) =>
  [
    ['m.fused.onnx', onnx(content, hash)],
    ['m.tfjs', tfjs(content, hash)],
    ['m.mlpackage', coreml(content)],
  ] as const;

async function put(
  folder: string,
  artefacts: readonly (readonly [string, ArtefactFiles])[],
  protect = new Set<string>(),
) {
  const temporary = new TemporaryFolder(folder);
  let isPlaced = false;
  try {
    const staged = [];
    for (const [name, artefact] of artefacts) {
      staged.push(await stageArtefact(artefact, destinationOf(folder, name, placementOf(name)), temporary));
    }
    await putInPlace(staged, protect);
    isPlaced = true;
  } finally {
    temporary.remove({ isPlaced });
  }
}

test('three targets are put in place, and nothing else is left', async () => {
  const folder = scratch();
  await put(folder, all('one', A));
  expect(Object.keys(contentOf(folder))).toEqual([
    'm.fused.onnx',
    `m.fused.onnx.${A}.data`,
    'm.mlpackage/',
    'm.mlpackage/Data/',
    'm.mlpackage/Data/com.apple.CoreML/',
    'm.mlpackage/Data/com.apple.CoreML/model.mlmodel',
    'm.mlpackage/Data/com.apple.CoreML/weights/',
    'm.mlpackage/Data/com.apple.CoreML/weights/weight.bin',
    'm.mlpackage/Manifest.json',
    'm.tfjs/',
    `m.tfjs/group1-shard1of1.${A}.bin`,
    'm.tfjs/model.json',
  ]);
});

test('a second run replaces the first, and takes away what only the first used', async () => {
  const [folder, fresh] = [scratch(), scratch()];
  await put(folder, all('one', A));
  await put(folder, all('two', B));
  await put(fresh, all('two', B));
  expect(contentOf(folder)).toEqual(contentOf(fresh));
});

test('only data files of our own pattern and of this name are taken away', async () => {
  const folder = scratch();
  await put(folder, all('one', A));
  const strangers = [
    `m.fused.onnx.${A}.dat`,
    `other.fused.onnx.${A}.data`,
    'm.fused.onnx.data',
    'm.tfjs/photo.jpg',
    'm.tfjs/group1-shard1of1.bin',
  ];
  for (const name of strangers) fs.writeFileSync(path.join(folder, name), 'mine');
  fs.mkdirSync(path.join(folder, `m.fused.onnx.${'c'.repeat(16)}.data`));
  await put(folder, all('two', B));
  for (const name of strangers) expect(fs.existsSync(path.join(folder, name)), name).toBe(true);
  expect(fs.existsSync(path.join(folder, `m.fused.onnx.${A}.data`))).toBe(false);
  expect(fs.existsSync(path.join(folder, `m.fused.onnx.${'c'.repeat(16)}.data`))).toBe(true);
});

test('a data file that this run reads is never taken away', async () => {
  const folder = scratch();
  await put(folder, all('one', A));
  const input = path.join(folder, `m.fused.onnx.${A}.data`);
  await put(folder, all('two', B), new Set([identityAt(input) ?? '']));
  expect(fs.readFileSync(input, 'utf8')).toBe('one');
});

test('whichever rename fails, all old artefacts are kept and no temporary is left', async () => {
  const { renameSync } = fs;
  let reached = 0;
  for (let failing = 1; failing <= 30; failing++) {
    const folder = scratch();
    await put(folder, all('one', A));
    const before = contentOf(folder);
    let calls = 0;
    const spy = vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      calls++;
      if (calls === failing) throw systemError('EXDEV');
      renameSync(from, to);
    });
    const outcome = await put(folder, all('two', B)).then(
      () => 'done',
      (error: unknown) => error,
    );
    spy.mockRestore();
    if (calls < failing) break;
    reached = failing;
    if (outcome === 'done') continue;
    expect(outcome, `rename ${failing}`).toBeInstanceOf(OutputError);
    expect(contentOf(folder), `rename ${failing}`).toEqual(before);
  }
  // Two data files, two commits and the two renames of a package.
  expect(reached).toBeGreaterThanOrEqual(6);
});

/** Makes the system's `writev` do something else. */
function spyOnWrites(write: (descriptor: number, chunks: readonly NodeJS.ArrayBufferView[]) => number) {
  return vi.spyOn(fs, 'writev').mockImplementation(((descriptor: number, chunks: Uint8Array[], done: WriteDone) => {
    try {
      done(null, write(descriptor, chunks), chunks);
    } catch (error) {
      done(error as NodeJS.ErrnoException, 0, chunks);
    }
  }) as typeof fs.writev);
}

type WriteDone = (error: NodeJS.ErrnoException | null, bytesWritten: number, chunks: Uint8Array[]) => void;

test('whichever write fails, nothing is put in place', async () => {
  for (const code of ['ENOSPC', 'EIO', 'EDQUOT', 'EFBIG']) {
    for (let failing = 1; failing <= 7; failing++) {
      const folder = scratch();
      let calls = 0;
      const spy = spyOnWrites((descriptor, chunks) => {
        if (++calls === failing) throw systemError(code);
        return fs.writevSync(descriptor, chunks);
      });
      const outcome = put(folder, all('one', A));
      await expect(outcome, `${code} at file ${failing}`).rejects.toThrow(OutputError);
      if (code === 'ENOSPC') await expect(outcome).rejects.toThrow(/No space left/);
      spy.mockRestore();
      expect(contentOf(folder)).toEqual({});
    }
  }
});

test('a failing fsync is an error of the output', async () => {
  const folder = scratch();
  vi.spyOn(fs, 'fsync').mockImplementation((_, done) => done(systemError('EIO')));
  await expect(put(folder, all('one', A))).rejects.toThrow(/failed to read or write/);
  expect(contentOf(folder)).toEqual({});
});

test('a failing close is an error of the output', async () => {
  const folder = scratch();
  const { openSync, closeSync } = fs;
  const written = new Set<number>();
  vi.spyOn(fs, 'openSync').mockImplementation((...args) => {
    const descriptor = openSync(...args);
    if (args[1] === 'wx') written.add(descriptor);
    return descriptor;
  });
  vi.spyOn(fs, 'closeSync').mockImplementation((descriptor) => {
    closeSync(descriptor);
    if (written.delete(descriptor)) throw systemError('EIO');
  });
  await expect(put(folder, all('one', A))).rejects.toThrow(/failed to read or write/);
  expect(contentOf(folder)).toEqual({});
});

test('a write that the system cuts short while it says it was done is caught by reading back', async () => {
  const folder = scratch();
  spyOnWrites((_, chunks) => chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  await expect(put(folder, all('one', A))).rejects.toThrow(/read back with other bytes/);
  expect(contentOf(folder)).toEqual({});
});

test('short writes are put together', async () => {
  const folder = scratch();
  spyOnWrites((descriptor, [first]) => (first ? fs.writeSync(descriptor, first, 0, Math.min(2, first.byteLength)) : 0));
  await put(folder, all('one', A));
  vi.restoreAllMocks();
  const other = scratch();
  await put(other, all('one', A));
  expect(contentOf(folder)).toEqual(contentOf(other));
});

test.each([
  ['a folder', (place: string) => fs.mkdirSync(place)],
  ['a link', (place: string) => fs.symlinkSync('/etc/hostname', place)],
  ['a broken link', (place: string) => fs.symlinkSync('nowhere', place)],
])('%s at the final name of a file is refused and stays', async (_, make) => {
  const folder = scratch();
  make(path.join(folder, 'm.fused.onnx'));
  const before = contentOf(folder);
  await expect(put(folder, [['m.fused.onnx', onnx('one', A)]])).rejects.toThrow(/exists and is not/);
  expect(contentOf(folder)).toEqual(before);
});

test.each([
  ['m.tfjs', tfjs('one', A), { 'm.tfjs/photo.jpg': 'mine' }],
  ['m.tfjs', tfjs('one', A), { 'm.tfjs/model.json': '{"generatedBy": "someone"}' }],
  ['m.tfjs', tfjs('one', A), { 'm.tfjs': 'a file' }],
  ['m.mlpackage', coreml('one'), { 'm.mlpackage/photo.jpg': 'mine' }],
  [
    'm.mlpackage',
    coreml('one'),
    { 'm.mlpackage/Data/com.apple.CoreML/model.mlmodel': 'mobileone.version', 'm.mlpackage/photo.jpg': 'mine' },
  ],
  ['m.mlpackage', coreml('one'), { 'm.mlpackage/Data/com.apple.CoreML/model.mlmodel': 'of another tool' }],
])('what is not ours at %s is refused and stays', async (name, artefact, files) => {
  const folder = scratch();
  for (const [file, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), content);
  }
  const before = contentOf(folder);
  await expect(put(folder, [[name, artefact]])).rejects.toThrow(/exists and is not/);
  expect(contentOf(folder)).toEqual(before);
});

test('an empty folder and a read-only file at a final name are replaced', async () => {
  const folder = scratch();
  fs.mkdirSync(path.join(folder, 'm.tfjs'));
  fs.mkdirSync(path.join(folder, 'm.mlpackage'));
  fs.writeFileSync(path.join(folder, 'm.fused.onnx'), graph('old'), { mode: 0o444 });
  await put(folder, all('one', A));
  expect(fs.readFileSync(path.join(folder, 'm.fused.onnx'), 'utf8')).toBe(graph('model one'));
  expect(fs.existsSync(path.join(folder, 'm.tfjs', 'model.json'))).toBe(true);
  expect(fs.existsSync(path.join(folder, 'm.mlpackage', 'Manifest.json'))).toBe(true);
});

test('modes are those that the umask leaves, of folders too', async () => {
  const folder = scratch();
  const umask = process.umask(0o027);
  try {
    await put(folder, all('one', A));
  } finally {
    process.umask(umask);
  }
  const modeOf = (name: string) => fs.statSync(path.join(folder, name)).mode & 0o777;
  expect([modeOf('m.fused.onnx'), modeOf('m.tfjs'), modeOf('m.mlpackage'), modeOf('m.tfjs/model.json')]).toEqual([
    0o640, 0o750, 0o750, 0o640,
  ]);
});

test('an output folder that is replaced by a link meanwhile gets nothing', async () => {
  const [root, elsewhere] = [scratch(), scratch()];
  const folder = path.join(root, 'out');
  const temporary = new TemporaryFolder(folder);
  const staged = await stageArtefact(
    onnx('one', A),
    destinationOf(folder, 'm.fused.onnx', placementOf('m.fused.onnx')),
    temporary,
  );
  fs.renameSync(folder, path.join(root, 'moved'));
  fs.symlinkSync(elsewhere, folder);
  await expect(putInPlace([staged], new Set())).rejects.toThrow(OutputError);
  temporary.remove({ isPlaced: false });
  expect(contentOf(elsewhere)).toEqual({});
});

test('data files that another run takes away right after the commit are added again', async () => {
  const folder = scratch();
  await put(folder, [['m.tfjs', tfjs('one', A)]]);
  const { renameSync } = fs;
  vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
    renameSync(from, to);
    if (String(to).endsWith('model.json')) fs.rmSync(path.join(folder, 'm.tfjs', `group1-shard1of1.${B}.bin`));
  });
  await put(folder, [['m.tfjs', tfjs('two', B)]]);
  expect(fs.readFileSync(path.join(folder, 'm.tfjs', `group1-shard1of1.${B}.bin`), 'utf8')).toBe('two');
});

test('a run does not take away the data of another run that committed after it', async () => {
  const folder = scratch();
  await put(folder, [['m.tfjs', tfjs('old', A)]]);
  const { renameSync } = fs;
  let isCommitted = false;
  vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
    renameSync(from, to);
    if (isCommitted || !String(to).endsWith('model.json')) return;
    isCommitted = true;
    for (const [inside, chunks] of tfjs('theirs', 'c'.repeat(16)).files) {
      const place = path.join(folder, 'm.tfjs', inside);
      fs.rmSync(place, { force: true });
      fs.writeFileSync(place, chunks[0] ?? '');
    }
  });
  await put(folder, [['m.tfjs', tfjs('two', B)]]);
  expect(fs.existsSync(path.join(folder, 'm.tfjs', `group1-shard1of1.${'c'.repeat(16)}.bin`))).toBe(true);
  expect(fs.readFileSync(path.join(folder, 'm.tfjs', 'model.json'), 'utf8')).toMatch(/theirs/);
});

test('many runs at once on one output leave a whole set of one of them', async () => {
  const folder = scratch();
  const runs = Array.from({ length: 20 }, (_, i) => put(folder, i % 2 === 0 ? all('even', A) : all('odd', B)));
  await Promise.all(runs);
  for (const [name, inside] of [['m.tfjs', 'model.json'] as const, ['m.fused.onnx', ''] as const]) {
    const text = fs.readFileSync(path.join(folder, name, inside), 'utf8');
    const [content, hash] = text.includes('even') ? ['even', A] : ['odd', B];
    const data = inside
      ? path.join(folder, name, `group1-shard1of1.${hash}.bin`)
      : path.join(folder, `${name}.${hash}.data`);
    expect(fs.readFileSync(data, 'utf8')).toBe(content);
  }
  const parts = ['Manifest.json', 'Data/com.apple.CoreML/model.mlmodel', 'Data/com.apple.CoreML/weights/weight.bin'];
  const kinds = parts.map((part) =>
    fs
      .readFileSync(path.join(folder, 'm.mlpackage', part), 'utf8')
      .split(' ')
      .at(-1),
  );
  expect(new Set(kinds).size).toBe(1);
  expect(fs.readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('a place that another run fills between the two renames of a package is taken all the same', async () => {
  const folder = scratch();
  await put(folder, [['m.mlpackage', coreml('old')]]);
  const { renameSync } = fs;
  let isFilled = false;
  vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
    renameSync(from, to);
    if (isFilled || !String(from).endsWith('m.mlpackage')) return;
    isFilled = true;
    fs.mkdirSync(path.join(folder, 'm.mlpackage'));
    fs.writeFileSync(path.join(folder, 'm.mlpackage', 'Manifest.json'), 'theirs');
  });
  await put(folder, [['m.mlpackage', coreml('new')]]);
  expect(fs.readFileSync(path.join(folder, 'm.mlpackage', 'Manifest.json'), 'utf8')).toBe('manifest new');
});
