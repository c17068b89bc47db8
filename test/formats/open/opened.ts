import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Engine, startEngine } from '../../../src/engines/index.js';
import type { Artefact, ArtefactPort, EngineName, LowerOptions, Opened, Target } from '../../../src/formats/format.js';
import { type FormatOptions, formats } from '../../../src/formats/index.js';
import { asOneChunk, type Model, Tensor } from '../../../src/model/index.js';
import { optimize } from '../../../src/passes/pipeline.js';
import { lowerFor } from '../../../src/source/lower-for.js';
import { castTensor, inversePermutation, permuteAxes } from '../../../src/trials/axes.js';

const sha256 = (chunks: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
};

export async function targetOf(name: Target['name']): Promise<Target> {
  const format = formats.get(name);
  if (!format) throw new Error(`no format ${name}`);
  return format.load();
}

/** The files of an artefact, written to disk and read from there: what opens them knows of nothing else. */
export function fromDisk({ files, commits }: Artefact): Artefact {
  const folder = mkdtempSync(path.join(tmpdir(), 'opened-'));
  try {
    for (const [name, chunks] of files) {
      const file = path.join(folder, name || 'model.onnx');
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, asOneChunk(chunks));
    }
    const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const read = found.map(({ parentPath, name }) => {
      const file = path.join(parentPath, name);
      const inside = path.relative(folder, file).split(path.sep).join('/');
      return [inside === 'model.onnx' ? '' : inside, [new Uint8Array(readFileSync(file))]] as const;
    });
    return { files: new Map(read), commits };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Fused, lowered for a target, written and read back. */
export function written(target: Target, model: Model, options: LowerOptions & FormatOptions = {}): Artefact {
  optimize(model);
  return fromDisk(target.write(lowerFor(target, model, options).program, 'model', sha256));
}

const engines = new Map<EngineName, Engine>();

export function closeEngines(): void {
  for (const engine of engines.values()) engine.close();
}

/**
 * Runs what an artefact says of itself.
 * @param feeds by the source's names and in its axes
 * @returns its outputs in the source's axes, and `alsoOutputs` in those of the artefact, by the artefact's names
 */
export async function run(
  target: Target,
  opened: Opened,
  feeds: ReadonlyMap<string, Tensor>,
  options: { readonly alsoOutputs?: readonly string[]; readonly rounded?: boolean } = {},
): Promise<Map<string, Tensor>> {
  const { model, files } = target.runnable(opened, options);
  const engine = engines.get(target.engine) ?? startEngine(target.engine);
  engines.set(target.engine, engine);
  const session = await engine.load({ model, files, optimize: true });
  const given = opened.inputs.map((port) => [port.name, toPort(port, feeds.get(port.sourceName))] as const);
  const outputs = opened.outputs.filter(({ dtype }) => dtype !== undefined);
  const names = new Set([...outputs.map((port) => port.name), ...(options.alsoOutputs ?? [])]);
  const answers = await session.run(new Map(given), [...names]);
  await session.release();
  for (const port of outputs) {
    const answer = answers.get(port.name);
    if (answer && port.permutation) answers.set(port.name, permuteAxes(answer, inversePermutation(port.permutation)));
  }
  return answers;
}

function toPort({ dtype, permutation, name }: ArtefactPort, tensor: Tensor | undefined): Tensor {
  if (!tensor || !dtype) throw new Error(`${name} is not fed`);
  const cast = castTensor(tensor, dtype);
  return permutation ? permuteAxes(cast, permutation) : cast;
}

/** Fixed numbers from -1 to 3, so that means do not cancel. */
export function drawn(shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const draw = (i: number) => Math.sin(12.9898 * (i + 1)) * 43758.5453;
  return Tensor.from(
    'float32',
    shape,
    Float64Array.from({ length: size }, (_, i) => 4 * (draw(i) - Math.floor(draw(i))) - 1),
  );
}

/** Largest difference over the largest number; infinite where sizes differ. */
export function difference(expected: Tensor, actual: Tensor | undefined): number {
  if (String(expected.shape) !== String(actual?.shape)) return Number.POSITIVE_INFINITY;
  const [a, b] = [expected.toFloat64(), actual?.toFloat64() ?? []];
  let [most, scale] = [0, 1e-30];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [Number(a[i]), Number(b[i])];
    if (!Object.is(x, y)) most = Math.max(most, Math.abs(x - y));
    scale = Math.max(scale, Math.abs(x));
  }
  return most / scale;
}
