import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  type ArtefactInMemory,
  convert,
  InputError,
  inspect,
  NotEquivalentError,
  reportOf,
  UsageError,
  verify,
} from '../src/index.js';
import { readNpy } from '../src/trials/npy.js';
import { DIGITS, IMAGES } from './cli/run.js';
import { scratch } from './files/scratch.js';

const ALL = ['onnx', 'tfjs', 'litert', 'coreml'];
const digits = () => ({ name: 'model.onnx', bytes: fs.readFileSync(DIGITS) });
const EXTERNAL = path.join(path.dirname(DIGITS), '..', 'digits_te18_external');

/** Every file of an artefact by its path in an output folder. */
function pathsOf(artefact: ArtefactInMemory): [string, Uint8Array][] {
  const beside = Object.entries(Object.fromEntries(new Map(artefact.files as ReadonlyMap<string, Uint8Array>)));
  if ('bytes' in artefact) return [[artefact.name, artefact.bytes], ...beside];
  return beside.map(([inside, bytes]) => [`${artefact.name}/${inside}`, bytes]);
}

test('artefacts that are given back are byte for byte those that are written, and verify takes them', async () => {
  const outDir = scratch();
  await convert(DIGITS, { outDir, to: ALL });
  const { report, artefacts } = await convert(digits(), { outDir: null, to: ALL });
  expect(report.models[0]).toMatchObject({ source: { path: 'model.onnx' }, exitCode: 0 });
  expect(report.models[0]?.artefacts.map(({ path: name, written }) => [name, written])).toEqual(
    artefacts.map(({ name }) => [name, true]),
  );
  const files = artefacts.flatMap(pathsOf);
  const written = fs.readdirSync(outDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBe(written.length);
  for (const [name, bytes] of files) expect(fs.readFileSync(path.join(outDir, name)).equals(bytes)).toBe(true);
  const verified = await verify(digits(), artefacts);
  expect(verified.models[0]?.candidates.map(({ path: name, exitCode }) => [name, exitCode])).toEqual(
    artefacts.map(({ name }) => [name, 0]),
  );
});

test('which nodes of the source theirs stand for is left out where that is asked, and known to the check all the same', async () => {
  const given = path.join(path.dirname(DIGITS), '..', '..', 'cases', 'efficientvit_overflow_ts17', 'model.onnx');
  // Some nodes stay in float32, which the check has to know of each operation.
  const asked = { outDir: null, to: ['onnx', 'coreml'], precision: 'fp16' } as const;
  const says = ({ artefacts }: { readonly artefacts: readonly ArtefactInMemory[] }) =>
    artefacts.map((artefact) =>
      pathsOf(artefact).some(([, bytes]) => Buffer.from(bytes).includes('mobileone.origins')),
    );
  expect(says(await convert(digits(), { outDir: null, to: ALL, check: false }))).toEqual([true, true, true, true]);
  expect(says(await convert(digits(), { outDir: null, to: ALL, origins: false }))).toEqual([
    false,
    false,
    false,
    false,
  ]);
  const { report, artefacts } = await convert(given, { ...asked, origins: false });
  expect(report.models[0]?.artefacts.map(({ written }) => written)).toEqual([true, true]);
  for (const { notes } of report.models[0]?.artefacts ?? []) expect(notes.join()).toMatch(/float32|fp32/);
  expect(says({ artefacts })).toEqual([false, false]);
});

test('a candidate in memory that answers otherwise is found, and called by its name', async () => {
  const { artefacts } = await convert(digits(), { outDir: null, check: false });
  const [fused] = artefacts;
  if (!fused || !('bytes' in fused)) throw new Error('no file was given back');
  const bytes = fused.bytes.slice();
  // In the middle of the weights: the exponents of a few floats.
  bytes.fill(0x40, bytes.length >> 1, (bytes.length >> 1) + 64);
  const error = await verify(digits(), { name: 'damaged.onnx', bytes }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NotEquivalentError);
  expect(reportOf(error)?.models[0]?.candidates[0]).toMatchObject({ path: 'damaged.onnx', exitCode: 5 });
});

test('external data is given beside the bytes of its model, and is asked for by its location', async () => {
  const bytes = fs.readFileSync(path.join(EXTERNAL, 'model.onnx'));
  const data = fs.readdirSync(EXTERNAL).filter((name) => !/\.(onnx|json|npy)$/.test(name));
  const files = Object.fromEntries(data.map((name) => [name, fs.readFileSync(path.join(EXTERNAL, name))]));
  const { report } = await convert({ name: 'model.onnx', bytes, files }, { outDir: null });
  const onDisk = await inspect(path.join(EXTERNAL, 'model.onnx'));
  expect(report.models[0]?.source).toMatchObject({ data: onDisk.models[0]?.source.data });
  expect(report.models[0]?.artefacts[0]?.check?.verdict).toBe('equivalent');
  await expect(convert({ name: 'model.onnx', bytes }, { outDir: null })).rejects.toThrow(
    'external data is not among the files that were given',
  );
  await expect(inspect({ name: 'model.onnx', bytes, files }, { maxBytes: bytes.length + 1 })).rejects.toThrow(
    'external data is over the limit of 1 bytes',
  );
});

test('inputs and class names are taken as arrays', async () => {
  const labels = Array.from({ length: 10 }, (_, digit) => `digit ${digit}`);
  const images = readNpy(fs.readFileSync(IMAGES));
  const image = { shape: [3, 1, 32, 32], data: Float32Array.from(images.toFloat64().subarray(0, 3 * 1024)) };
  const { report, artefacts } = await convert(digits(), { outDir: null, inputs: { image }, labels, to: ['tfjs'] });
  expect(report.models[0]?.artefacts[0]?.check).toMatchObject({
    verdict: 'equivalent',
    judgements: [{ trials: 3 }],
  });
  const verified = await verify(digits(), artefacts, { inputs: { image }, labels });
  expect(verified.models[0]?.candidates[0]?.data).toMatchObject({ samples: 3, agreement: { share: 1 } });
  await expect(convert(digits(), { outDir: null, labels: ['one'] })).rejects.toThrow('1 class names fit no output');
  const short = { shape: [1, 1, 32, 32], data: new Float32Array(7) };
  await expect(convert(digits(), { outDir: null, inputs: { image: short } })).rejects.toThrow(
    'the array holds 7 elements, its shape [1,1,32,32] asks 1024 (value image)',
  );
});

test('what cannot be meant is refused before any work', async () => {
  const image = { shape: [1], data: [1] } as unknown as { shape: number[]; data: Float32Array };
  await expect(convert(digits(), { outDir: null, inputs: { image } })).rejects.toThrow('--inputs: "image" is no array');
  await expect(convert(digits(), { outDir: null, keep: true })).rejects.toThrow(UsageError);
  await expect(convert(digits(), { signal: {} as AbortSignal })).rejects.toThrow('signal: is not an AbortSignal');
  await expect(inspect({ name: 'model.onnx', bytes: new Uint8Array(3) })).rejects.toThrow(InputError);
  await expect(verify(digits(), { name: 'model.tfjs', files: {} })).rejects.toThrow('this folder holds nothing');
});

const engines = () =>
  execFileSync('ps', ['-eo', 'ppid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.trim().startsWith(`${process.pid} `) && line.includes('engines/child'));

test.each(['read', 'write', 'check', 'put in place'])('a run that is called off at %s leaves nothing', async (at) => {
  const outDir = scratch();
  const report = path.join(outDir, 'report.json');
  const reason = new Error('the user went away');
  const controller = new AbortController();
  const onProgress = ({ station }: { station: string }) => {
    if (station !== at) return;
    // While the step waits, or before it begins.
    if (at === 'check') setTimeout(() => controller.abort(reason), 1);
    else controller.abort(reason);
  };
  const { signal } = controller;
  await expect(convert(DIGITS, { outDir, to: ALL, report, onProgress, signal })).rejects.toBe(reason);
  expect(fs.readdirSync(outDir)).toEqual([]);
  await expect.poll(engines, { timeout: 20_000 }).toEqual([]);
});

test('a verification is called off as well, and what is called off at first never begins', async () => {
  const controller = new AbortController();
  const onProgress = ({ station }: { station: string }) => {
    if (station === 'compare') setTimeout(() => controller.abort(), 1);
  };
  const run = verify(DIGITS, DIGITS, { onProgress, signal: controller.signal });
  await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  await expect.poll(engines, { timeout: 20_000 }).toEqual([]);
  const stations: string[] = [];
  const { signal } = controller;
  await expect(convert(DIGITS, { signal, onProgress: ({ station }) => stations.push(station) })).rejects.toBe(
    signal.reason,
  );
  expect(stations).toEqual([]);
});
