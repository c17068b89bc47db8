import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/files/index.js';
import type { ArtefactConstant, ArtefactProgram, Precision, Target } from '../../src/formats/format.js';
import { formats, register } from '../../src/formats/index.js';
import { convert, reportOf, writeOnnx } from '../../src/index.js';
import { type Model, numberToFloat16 } from '../../src/model/index.js';
import { compareRounded } from '../../src/proof/rounded-program.js';
import { lowerFor } from '../../src/source/lower-for.js';
import { network } from '../network.js';

const folder = mkdtempSync(join(tmpdir(), 'rounded-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [CHANNELS, DEPTH] = [64, 32];
const values = Array.from({ length: CHANNELS * DEPTH }, (_, i) => Math.sin(i) / 8);
/** Each of them below the normal numbers of float16, and not as small as its last digits. */
const subnormal = values.map((value) => value * 2 ** -12);

/** A product between two others, so that nothing is merged into its weights. */
function source(kernel = values): Model {
  return network((n) => {
    const x = n.relu(n.conv(n.input([1, DEPTH, 6, 6]), { kernel: 3, pad: 1, bias: true }));
    const y = n.node('Conv', [x, n.constant(kernel, [CHANNELS, DEPTH, 1, 1])]);
    return n.node('Softmax', [n.node('ReduceMean', [n.relu(y)], { axes: [2, 3], keepdims: 0 })]);
  });
}

/** Where element `i` of channel `o` stands in the file, by how its format orders a kernel of 1x1. */
const PLACES: Readonly<Record<string, (o: number, i: number) => number>> = {
  onnx: (o, i) => o * DEPTH + i,
  coreml: (o, i) => o * DEPTH + i,
  litert: (o, i) => o * DEPTH + i,
  tfjs: (o, i) => i * CHANNELS + o,
};

/** Where float16 is what is computed in. */
const COMPUTES_IN_HALF: ReadonlySet<string> = new Set(['onnx', 'coreml']);

/** Plants a fault in the weights as they lie in the written file. */
type Fault = (weights: Uint16Array, at: (o: number, i: number) => number) => void;

const FAULTS: readonly (readonly [string, Fault])[] = [
  [
    'a constant off by one unit',
    (weights, at) => {
      weights[at(5, 7)] = (weights[at(5, 7)] ?? 0) + 1;
    },
  ],
  [
    'a channel of zeros',
    (weights, at) => {
      for (let i = 0; i < DEPTH; i++) weights[at(5, i)] = 0;
    },
  ],
  [
    'two channels that changed places',
    (weights, at) => {
      for (let i = 0; i < DEPTH; i++) {
        [weights[at(5, i)], weights[at(6, i)]] = [weights[at(6, i)] ?? 0, weights[at(5, i)] ?? 0];
      }
    },
  ],
];

/** The file with the fault in it, wherever the float16 of the kernel stand. */
function damaged(file: Uint8Array, name: string, fault: Fault, kernel: readonly number[]): Uint8Array {
  const at = PLACES[name] ?? (() => 0);
  const weights = new Uint16Array(CHANNELS * DEPTH);
  for (let o = 0; o < CHANNELS; o++) {
    for (let i = 0; i < DEPTH; i++) weights[at(o, i)] = numberToFloat16(Math.fround(kernel[o * DEPTH + i] ?? 0));
  }
  const start = Buffer.from(file).indexOf(Buffer.from(weights.buffer));
  if (start < 0) return file;
  fault(weights, at);
  const copy = new Uint8Array(file);
  copy.set(new Uint8Array(weights.buffer), start);
  return copy;
}

/** Lets a format write files with a fault, in float16 alone. */
async function plant(name: string, fault: Fault, kernel = values): Promise<() => number> {
  const listed = formats.get(name);
  if (!listed) throw new Error(`no format ${name}`);
  const target = await listed.load();
  let planted = 0;
  const write: Target['write'] = (program, baseName, hash) => {
    const artefact = target.write(program, baseName, hash);
    const files = Array.from(artefact.files, ([path, chunks]) => {
      const whole = new Uint8Array(Buffer.concat(chunks));
      const changed = damaged(whole, name, fault, kernel);
      if (changed !== whole) planted++;
      return [path, [changed]] as const;
    });
    return { ...artefact, files: new Map(files) };
  };
  register(listed, async () => ({ ...target, write }));
  restore = () => register(listed, listed.load);
  return () => planted;
}

let restore = () => {};
afterEach(() => restore());

describe.each(Object.keys(PLACES))('%s in fp16', (name) => {
  const path = join(folder, 'source.onnx');

  test('is the program in fp32, rounded', async () => {
    writeFileSync(path, writeOnnx(source()));
    const report = await convert(path, { to: [name], precision: 'fp16', outDir: folder });
    const rounding = report.models[0]?.artefacts[0]?.check?.rounding;
    expect(rounding).toMatchObject({ difference: null });
    expect(rounding?.operations).toBeGreaterThan(3);
    expect(rounding?.constants).toBeGreaterThan(2);
  });

  test.each(FAULTS)('with %s ends in 5', async (_, fault) => {
    writeFileSync(path, writeOnnx(source()));
    const planted = await plant(name, fault);
    const error = await convert(path, { to: [name], precision: 'fp16', outDir: folder }).catch((thrown) => thrown);
    expect(planted()).toBe(1);
    expect(error).toMatchObject({ exitCode: 5 });
    expect(error.message).toMatch(/which is not what rounding makes of/);
    expect(reportOf(error)?.models[0]?.artefacts[0]?.check?.rounding?.difference).toMatch(/holds .* at \d+/);
  });
});

describe.each(Object.keys(PLACES))('%s in fp16, of weights that are subnormal there', (name) => {
  const path = join(folder, 'subnormal.onnx');
  const options = { to: [name], precision: 'fp16', outDir: folder } as const;

  test('is the program in fp32, rounded, and answers so', async () => {
    writeFileSync(path, writeOnnx(source(subnormal)));
    const { artefacts } = (await convert(path, options)).models[0] ?? {};
    expect(artefacts?.[0]?.check).toMatchObject({ verdict: 'equivalent', rounding: { difference: null } });
    const isSaid = artefacts?.[0]?.check?.notes.some((note) => /subnormal/.test(note));
    expect(isSaid).toBe(COMPUTES_IN_HALF.has(name));
  });

  test.each(FAULTS)('with %s ends in 5', async (_, fault) => {
    writeFileSync(path, writeOnnx(source(subnormal)));
    const planted = await plant(name, fault, subnormal);
    const error = await convert(path, options).catch((thrown) => thrown);
    expect(planted()).toBe(1);
    expect(error).toMatchObject({ exitCode: 5 });
    expect(error.message).toMatch(/which is not what rounding makes of/);
  });
});

test.each(['onnx', 'coreml'])(
  '%s with a node in fp32 that nobody named ends in 5; what is named may stay there',
  async (name) => {
    const listed = formats.get(name);
    if (!listed) throw new Error(`no format ${name}`);
    const target = await listed.load();
    const path = join(folder, 'source.onnx');
    writeFileSync(path, writeOnnx(source()));
    const options = { to: [name], precision: 'fp16', outDir: folder } as const;
    expect(
      (await convert(path, { ...options, keepFp32: ['Relu*'] })).models[0]?.artefacts[0]?.check?.rounding,
    ).toMatchObject({
      difference: null,
    });

    const lower: Target['lower'] = (model, asked) =>
      target.lower(model, asked.precision === 'fp32' ? asked : { ...asked, keepFp32: ['Relu*'] });
    register(listed, async () => ({ ...target, lower }));
    restore = () => register(listed, listed.load);
    const error = await convert(path, options).catch((thrown) => thrown);
    expect(error).toMatchObject({ exitCode: 5 });
    expect(error.message).toMatch(/relu computes in float32, for which it was not named/i);
  },
);

describe('operations in float32 that stand for no node', () => {
  type Step = readonly [operator: string, computesIn: 'fp16' | 'fp32'];

  /** A chain from the input to the output. */
  const chain = (steps: readonly Step[]): ArtefactProgram => ({
    inputs: ['v0'],
    outputs: [{ role: 'output 0', value: `v${steps.length}` }],
    operations: steps.map(([operator, computesIn], index) => ({
      operator,
      operands: [{ role: 'x 0', value: `v${index}` }],
      attributes: '',
      results: [`v${index + 1}`],
      isCast: false,
      bodies: [],
      name: `v${index + 1}`,
      computesIn,
    })),
  });
  const differenceOf = (steps: readonly Step[], given: { hasPixels?: boolean; hasProbabilities?: boolean }) => {
    const written = chain(steps);
    const named = { names: new Set<string>(), origins: new Map(), hasPixels: false, hasProbabilities: false, ...given };
    return compareRounded(written, chain(steps), named).difference;
  };
  const pixels: readonly Step[] = [
    ['mul', 'fp32'],
    ['add', 'fp32'],
    ['conv', 'fp16'],
  ];
  const classifier: readonly Step[] = [
    ['conv', 'fp16'],
    ['softmax', 'fp32'],
    ['classify', 'fp16'],
  ];

  test('are what normalises pixels, where there are some', () => {
    expect(differenceOf(pixels, { hasPixels: true })).toBeNull();
    expect(differenceOf(pixels, { hasProbabilities: true })).toMatch(/mul computes in float32/);
    expect(differenceOf([['conv', 'fp16'], ...pixels], { hasPixels: true })).toMatch(/mul computes in float32/);
  });

  test('are the softmax that gives the probabilities of labels, and no other operation', () => {
    expect(differenceOf(classifier, { hasProbabilities: true })).toBeNull();
    expect(differenceOf(classifier, { hasPixels: true })).toMatch(/softmax computes in float32/);
    expect(differenceOf([['softmax', 'fp32'], ...classifier], { hasProbabilities: true })).toMatch(/softmax computes/);
    expect(
      differenceOf(
        [
          ['conv', 'fp16'],
          ['relu', 'fp32'],
          ['softmax', 'fp32'],
        ],
        { hasProbabilities: true },
      ),
    ).toMatch(/relu computes in float32/);
  });

  test.each(['coreml', 'onnx'])('pass in a classifier of pixels that is written to %s', async (name) => {
    const path = join(folder, 'classifier.onnx');
    const model = network((n) => {
      const x = n.relu(n.conv(n.input([1, 3, 16, 16]), { kernel: 3, pad: 1, bias: true }));
      return n.node('ReduceMean', [n.conv(x, { channels: 4 })], { axes: [2, 3], keepdims: 0 });
    });
    writeFileSync(path, writeOnnx(model));
    const report = await convert(path, {
      to: [name],
      precision: 'fp16',
      outDir: folder,
      image: 'rgb',
      mean: [0.4, 0.5, 0.6],
      std: [0.2, 0.3, 0.4],
      labels: ['a', 'b', 'c', 'd'],
    });
    expect(report.models[0]?.artefacts[0]?.check?.rounding).toMatchObject({ difference: null });
  });
});

describe('integers that stand for floats', () => {
  const floats = [-1.27, 0.4, 0.003, 1.27, 12.7, 4];
  const constant = (stored: ArtefactConstant['stored'], elements: readonly number[]): ArtefactProgram => ({
    inputs: ['x'],
    outputs: [{ role: 'output 0', value: 'y' }],
    operations: [
      {
        operator: 'Add',
        operands: [
          { role: '0', value: 'x' },
          { role: '1', value: { shape: [2, 3], stored, elements: () => elements } },
        ],
        attributes: '',
        results: ['y'],
        isCast: false,
        bodies: [],
      },
    ],
  });
  const steps = (scales: readonly number[]) =>
    ({ kind: 'steps', least: -127, most: 127, scales, offsets: scales.map(() => 0), blocks: [2] }) as const;
  const differenceOf = (stored: ArtefactConstant['stored'], elements: readonly number[]) =>
    compareRounded(constant(stored, elements), constant('whole', floats)).difference;

  test.each([
    ['the nearest', [0.01, 0.1], [-127, 40, 0, 13, 127, 40], null],
    ['one off', [0.01, 0.1], [-127, 41, 0, 13, 127, 40], /holds 41 at 1/],
    ['wider than they have to be', [0.02, 0.1], [-63, 20, 0, 13, 127, 40], /wider steps/],
    ['of the other channel', [0.1, 0.01], [-13, 4, 0, 127, 127, 127], /holds 127 at 4/],
  ] as const)('are %s', (_, scales, stored, difference) => {
    const found = differenceOf(steps(scales), stored);
    if (difference === null) expect(found).toBeNull();
    else expect(found).toMatch(difference);
  });

  test('of a table are those of its nearest entries', () => {
    const table = { kind: 'table', tables: [[-1, 0, 1, 10]], blocks: [] } as const;
    expect(differenceOf(table, [-1, 1, 0, 1, 10, 1])).toMatch(/holds 1 at 1/);
    const right = [-1, 0, 0, 1, 10, 1];
    expect(differenceOf(table, right)).toBeNull();
    expect(differenceOf(table, [...right.slice(0, 5), 4])).toMatch(/holds 4 at 5/);
  });
});

test.each<[string, Precision]>([
  ['tfjs', 'int8'],
  ['litert', 'int8'],
  ['coreml', 'fp16'],
  ['onnx', 'fp16'],
])('%s %s is the program in fp32 whatever else a network holds', async (name, precision) => {
  const target = await formats.get(name)?.load();
  if (!target) throw new Error(name);
  const model = network((n) => {
    const x = n.input([1, 8, 8, 8]);
    const clipped = n.node('Clip', [n.conv(x, { kernel: 3 }), n.constant(-1e9), n.constant(3)]);
    const scaled = n.node('Div', [n.mul(clipped, n.constant(1e6)), n.constant(1e-12)]);
    const normal = n.node('LpNormalization', [n.node('GlobalAveragePool', [scaled])], { axis: 1 });
    return n.node('Cast', [n.node('Greater', [normal, n.constant(0)])], { to: 1 });
  });
  const programs = [precision, 'fp32' as const].map((each) => {
    const { program } = lowerFor(target, model, { precision: each });
    return target.open(target.write(program, 'x', sha256)).program();
  });
  const [written, exact] = programs;
  if (!written || !exact) throw new Error('nothing was written');
  expect(compareRounded(written, exact).difference).toBeNull();
});
