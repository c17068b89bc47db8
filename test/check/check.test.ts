import { readFileSync } from 'node:fs';
import { onnx } from 'onnx-proto';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type AmongOwn,
  type ArtefactToJudge,
  Check,
  type CheckOptions,
  Comparison,
  type Judgement,
  type Source,
} from '../../src/check/index.js';
import type { Outputs } from '../../src/check/source-run.js';
import { EngineError, NotEquivalentError } from '../../src/model/index.js';
import { type InputSpec, readArrays, seededTrials, type Trials, userTrials } from '../../src/trials/index.js';
import { digitsCases } from '../corpus.js';
import { crashingModel, endlessModel, floats, identityModel, int64s, node, tinyModel } from '../engines/tiny-models.js';

const checks: Check[] = [];
function startCheck(options: Partial<CheckOptions> = {}): Check {
  const check = new Check({ engines: ['onnxruntime'], build: 'native', ...options });
  checks.push(check);
  return check;
}
afterAll(() => {
  for (const check of checks) check.close();
});

const digits = new Map(digitsCases().map((entry) => [entry.name, entry]));
function digitsCase(name: string) {
  const found = digits.get(name);
  if (!found) throw new Error(`no case ${name}`);
  const decoded = onnx.ModelProto.decode(readFileSync(found.model)).graph;
  return {
    model: readFileSync(found.model),
    input: decoded?.input?.[0]?.name ?? '',
    output: decoded?.output?.[0]?.name ?? '',
    images: found.input,
  };
}

const image = (name: string): InputSpec[] => [{ name, dtype: 'float32', shape: [1, 1, 32, 32], below: 2 }];
const x: InputSpec[] = [{ name: 'x', dtype: 'float32', shape: [1], below: 2 }];

/** Judges a model that has the same names as the source. */
async function verdictOf(check: Check, source: Source, model: Uint8Array, change: Partial<Judgement> = {}) {
  const started = check.source(source);
  const port = (name: string) => ({ name, sourceName: name, dtype: 'float32' as const, shape: undefined });
  const judgement: Judgement = {
    purpose: 'artefact',
    precision: 'fp32',
    source: started,
    payload: { model },
    inputs: [...(source.trials.settings[0]?.[0]?.()[0]?.feeds.keys() ?? [])].map(port),
    outputs: source.outputs.map(port),
    ...change,
  };
  const artefact: ArtefactToJudge = { target: 'onnx', engine: 'onnxruntime', judgements: [judgement] };
  return check.judge(artefact);
}

function sourceOf(model: Uint8Array, output: string, trials: Trials): Source {
  return { model, outputs: [output], trials };
}

/** y = scale * x + shift, on one number. */
function line(scale: number, shift: number): Uint8Array {
  return tinyModel({
    nodes: [node('Mul', ['x', 'scale'], ['scaled']), node('Add', ['scaled', 'shift'], ['y'])],
    inputs: [{ name: 'x', dtype: 'float32', shape: [1] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [1] }],
    initializers: [floats('scale', [1], [scale]), floats('shift', [1], [shift])],
  });
}

const wide: InputSpec[] = [{ name: 'x', dtype: 'float32', shape: [64], below: 2 }];

/** y = scale * x + sin(frequency * max(abs(x) - from, 0)) */
function chaos(frequency: number, from: number, scale: number): Uint8Array {
  return tinyModel({
    nodes: [
      node('Abs', ['x'], ['size']),
      node('Sub', ['size', 'from'], ['beyond']),
      node('Relu', ['beyond'], ['excess']),
      node('Mul', ['excess', 'frequency'], ['angle']),
      node('Sin', ['angle'], ['wave']),
      node('Mul', ['x', 'scale'], ['scaled']),
      node('Add', ['scaled', 'wave'], ['y']),
    ],
    inputs: [{ name: 'x', dtype: 'float32', shape: [64] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [64] }],
    initializers: [floats('from', [1], [from]), floats('frequency', [1], [frequency]), floats('scale', [1], [scale])],
  });
}

describe('an artefact', () => {
  test("that is PyTorch's own merged network passes against the train-time export, with the figures", async () => {
    const [source, merged] = [digitsCase('digits_ts11'), digitsCase('digits_deploy')];
    const verdict = await verdictOf(
      startCheck(),
      sourceOf(source.model, source.output, seededTrials(image(source.input))),
      merged.model,
      {
        inputs: [{ name: merged.input, sourceName: source.input, dtype: 'float32', shape: undefined }],
        outputs: [{ name: merged.output, sourceName: source.output, dtype: 'float32', shape: undefined }],
      },
    );
    expect(verdict.error).toBeUndefined();
    expect(verdict.engine?.name).toBe('onnxruntime-node');
    const [figures] = verdict.judgements[0]?.outputs ?? [];
    expect(figures?.error).toBeGreaterThan(0);
    expect(figures?.error).toBeLessThan(1e-5);
    expect(figures?.noise).toBeGreaterThan(0);
    expect(figures?.noise).toBeLessThan(1e-5);
    expect(figures?.response).toBeGreaterThan(0.1);
    expect(figures?.cosine).toBeCloseTo(1, 6);
    expect(verdict.notes).toEqual([]);
  });

  test("on a user's 200 images is judged one by one where the batch is fixed, classes included", async () => {
    const { model, input, output, images } = digitsCase('digits_te18_raw');
    const trials = userTrials(readArrays(readFileSync(images), 2 ** 30), image(input));
    const verdict = await verdictOf(startCheck(), sourceOf(model, output, trials), model);
    expect(verdict.error).toBeUndefined();
    expect(verdict.judgements[0]).toMatchObject({ trials: 200, outputs: [{ top1: 1, failures: [] }] });
  });

  test('whose weights were disturbed does not pass, and the line says by how much', async () => {
    const { model, input, output } = digitsCase('digits_te18_raw');
    const decoded = onnx.ModelProto.decode(model);
    const weight = decoded.graph?.initializer?.find(({ dims }) => dims?.length === 4);
    const raw = Uint8Array.from(weight?.rawData ?? []);
    const values = new Float32Array(raw.buffer);
    for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * 1.01;
    if (weight) weight.rawData = raw;
    const damaged = onnx.ModelProto.encode(decoded).finish();
    const verdict = await verdictOf(startCheck(), sourceOf(model, output, seededTrials(image(input))), damaged);
    expect(verdict.error).toBeInstanceOf(NotEquivalentError);
    expect(verdict.error?.message).toMatch(/does not answer like the source: error \d\.\de-\d, allowed 1\.0e-5/);
    expect(verdict.error?.where).toEqual({ value: output });
  });

  test('that its engine refuses is not equivalent', async () => {
    const verdict = await verdictOf(
      startCheck(),
      sourceOf(line(1, 0), 'y', seededTrials(x)),
      new Uint8Array([1, 2, 3]),
    );
    expect(verdict.error).toBeInstanceOf(NotEquivalentError);
    expect(verdict.error?.message).toContain('its engine refuses it');
  });

  test('that kills its engine is not equivalent', async () => {
    const verdict = await verdictOf(startCheck(), sourceOf(line(1, 0), 'y', seededTrials(x)), crashingModel());
    expect(verdict.error).toBeInstanceOf(NotEquivalentError);
    expect(verdict.error?.message).toContain('signal 8 (SIGFPE)');
  });

  test('that does not finish cannot be compared', async () => {
    const check = startCheck({ timeoutSeconds: 3 });
    const verdict = await verdictOf(check, sourceOf(line(1, 0), 'y', seededTrials(x)), endlessModel());
    expect(verdict.error).toBeInstanceOf(EngineError);
    expect(verdict.error?.message).toContain('did not finish in 3 s; raise --timeout, or use --no-check');
  });
});

describe('a source', () => {
  test('that kills the engine cannot be compared', async () => {
    const verdict = await verdictOf(startCheck(), sourceOf(crashingModel(), 'y', seededTrials(x)), line(1, 0));
    expect(verdict.error).toBeInstanceOf(EngineError);
    expect(verdict.error?.message).toContain('ONNX Runtime died of signal 8 (SIGFPE)');
    expect(verdict.error?.message).toContain('--no-check');
  });

  test('that answers nothing but NaN is named as the cause, with the constant that makes it so', async () => {
    const model = line(Number.NaN, 0);
    const source = { ...sourceOf(model, 'y', seededTrials(x)), suspect: () => 'the constant scale holds NaN' };
    const verdict = await verdictOf(startCheck(), source, model);
    expect(verdict.error?.message).toContain('the source itself answers nothing but NaN: the constant scale holds NaN');
  });

  test('that hardly answers to its input passes with a note that the check is weak', async () => {
    const verdict = await verdictOf(startCheck(), sourceOf(line(1e-6, 1), 'y', seededTrials(x)), line(0, 1));
    expect(verdict.error).toBeUndefined();
    expect(verdict.notes).toEqual([expect.stringMatching(/^y hardly answers to its input .* give --inputs$/)]);
  });

  test('that refuses the second setting of its open sizes is compared at the first, and that is a note', async () => {
    // A reshape to [1] takes a batch of one alone.
    const model = tinyModel({
      nodes: [node('Reshape', ['x', 'one'], ['y'])],
      inputs: [{ name: 'x', dtype: 'float32', shape: ['batch'] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1] }],
      initializers: [{ name: 'one', dims: [1], dataType: 7, rawData: new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]) }],
    });
    const trials = seededTrials([{ name: 'x', dtype: 'float32', shape: ['batch'], below: 2 }]);
    const verdict = await verdictOf(startCheck(), sourceOf(model, 'y', trials), model);
    expect(verdict.error).toBeUndefined();
    expect(verdict.judgements[0]?.trials).toBe(3);
    expect(verdict.notes).toContainEqual(expect.stringContaining('compared at one setting of the open sizes only'));
  });

  test('that refuses odd sizes is tried at even ones, with a note', async () => {
    // Halves of an axis are as long as each other where it is even.
    const model = tinyModel({
      nodes: [node('Split', ['x'], ['a', 'b'], [{ name: 'axis', type: 2, i: 2 }]), node('Add', ['a', 'b'], ['y'])],
      inputs: [{ name: 'x', dtype: 'float32', shape: [1, 1, 'height', 'width'] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1, 1, 'half', 'width'] }],
    });
    const trials = seededTrials([{ name: 'x', dtype: 'float32', shape: [1, 1, 'height', 'width'], below: 2 }]);
    const verdict = await verdictOf(startCheck(), sourceOf(model, 'y', trials), model);
    expect(verdict.error).toBeUndefined();
    expect(verdict.judgements[0]?.tried).toEqual([
      { trials: 3, inputs: [{ name: 'x', shape: [1, 1, 224, 224] }] },
      { trials: 3, inputs: [{ name: 'x', shape: [1, 1, 160, 160] }] },
    ]);
    expect(verdict.notes).toContainEqual(
      expect.stringMatching(/^tried at x \[1,1,160,160\]: the source itself refuses x \[1,1,161,225\]/),
    );
  });

  test('that takes none of the sizes tried names --shape, which cures it', async () => {
    const model = tinyModel({
      nodes: [node('Reshape', ['x', 'sizes'], ['y'])],
      inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 2] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [4, 1, 2] }],
      initializers: [int64s('sizes', [3], [4n, 1n, 2n])],
    });
    const specOf = (batch: number | string): InputSpec[] => [
      { name: 'x', dtype: 'float32', shape: [batch, 2], below: 2 },
    ];
    const open = await verdictOf(startCheck(), sourceOf(model, 'y', seededTrials(specOf('batch'))), model);
    expect(open.error).toBeInstanceOf(EngineError);
    expect(open.error?.todo).toBe('give the sizes that it takes with --shape');
    const fixed = await verdictOf(startCheck(), sourceOf(model, 'y', seededTrials(specOf(4))), model);
    expect(fixed.error).toBeUndefined();
  });

  test('that does not reproduce itself is judged on gentler draws, where it does', async () => {
    // y = x + sin(frequency * max(|x| - 1/2, 0)): chaos for standard-normal draws, y = x for small ones.
    const source = sourceOf(chaos(1e9, 0.5, 1), 'y', seededTrials(wide));
    const right = await verdictOf(startCheck(), source, chaos(1.7e9, 0.5, 1));
    expect(right.error).toBeUndefined();
    expect(right.judgements[0]?.outputs[0]?.noise).toBeLessThan(1e-5);
    expect(right.notes).toContainEqual(expect.stringContaining('does not reproduce itself on the first draws'));
    const wrong = await verdictOf(startCheck(), source, chaos(1.7e9, 0.5, 1.1));
    expect(wrong.error).toBeInstanceOf(NotEquivalentError);
  });

  test('that reproduces itself on no draw cannot be compared, and the line says so', async () => {
    const source = sourceOf(chaos(1e12, 0, 1), 'y', seededTrials(wide));
    const verdict = await verdictOf(startCheck(), source, chaos(1.7e12, 0, 1));
    expect(verdict.error).toBeInstanceOf(EngineError);
    expect(verdict.error?.message).toMatch(
      /the source does not reproduce itself on these inputs: right runs of it differ by \S+, the onnx artefact by/,
    );
    // What differs by far more than that is no chaos.
    const other = await verdictOf(startCheck(), source, chaos(1.7e12, 0, 1000));
    expect(other.error).toBeInstanceOf(NotEquivalentError);
  });
});

describe('a tolerance', () => {
  test("of the user's replaces that of the precision, and noise excuses nothing", async () => {
    const source = sourceOf(line(1, 0), 'y', seededTrials(x));
    const [loose, strict] = [startCheck({ tolerance: 0.1 }), startCheck({ tolerance: 0 })];
    expect((await verdictOf(loose, source, line(1.05, 0))).error).toBeUndefined();
    expect((await verdictOf(strict, source, line(1.0000002, 0))).error).toBeInstanceOf(NotEquivalentError);
  });

  test('of fp16 holds for the file as written, while its lowering is judged at that of float32', async () => {
    const source = sourceOf(line(1, 0), 'y', seededTrials(x));
    const check = startCheck();
    const asWritten = await verdictOf(check, source, line(1.01, 0), { precision: 'fp16' });
    const lowered = await verdictOf(check, source, line(1.01, 0), { purpose: 'lowering' });
    expect(asWritten.error).toBeUndefined();
    expect(lowered.error?.message).toContain('with float32 constants');
  });
});

describe('an output that follows from a selection and differs', () => {
  const source = sourceOf(line(1, 0), 'y', seededTrials(x));
  const port = (name: string) => ({ name, sourceName: name, dtype: 'float32', shape: undefined }) as const;
  const sumsOf = (outputs: Outputs, answers: Outputs) => {
    const [one, other] = [outputs.get('y'), answers.get('y')];
    const comparison = new Comparison();
    if (one && other) comparison.add(one, other, 'x');
    return new Map([['y', comparison.sums]]);
  };

  /**
   * As it is, it answers twice as much.
   * @param scale what it answers where the source is given what it selects among; undefined: the source does not take that
   */
  async function verdictWith(scale: number | undefined) {
    const check = startCheck();
    const amongOwn = (): Promise<AmongOwn> =>
      Promise.resolve({
        source: check.source(source),
        payload: { model: line(scale ?? 1, 0) },
        inputs: [port('x')],
        outputs: [port('y')],
        behind: async () => ({
          compare: async (_, outputs, answers) => (scale === undefined ? undefined : sumsOf(outputs, answers)),
          release: async () => {},
        }),
      });
    return verdictOf(check, source, line(2, 0), { selections: { outputs: new Set(['y']), amongOwn } });
  }

  test('passes where all agrees that both make of its own values; its own figures and the rows that moved are said', async () => {
    const { error, judgements } = await verdictWith(1);
    expect(error).toBeUndefined();
    const [output] = judgements[0]?.outputs ?? [];
    expect(output?.error).toBeCloseTo(1, 5);
    expect(output?.reason).toMatch(
      /^3 of 3 rows moved by near ties; where both select among its own values all agrees/,
    );
  });

  test('does not pass where they make something else of its own values', async () => {
    const { error } = await verdictWith(1.001);
    expect(error).toBeInstanceOf(NotEquivalentError);
    expect(error?.message).toContain('where both select among its own values, y: error 1.0e-3');
  });

  test('is no verdict where the source cannot be given its values, or it does not say which they are', async () => {
    const { error } = await verdictWith(undefined);
    expect(error).toBeInstanceOf(EngineError);
    expect(error?.message).toContain('could not be judged: the source does not take what it selects among');
    const selections = { outputs: new Set(['y']), amongOwn: () => Promise.resolve(undefined) };
    const unknown = await verdictOf(startCheck(), source, line(2, 0), { selections });
    expect(unknown.error).toBeInstanceOf(EngineError);
    expect(unknown.error?.message).toContain('could not be judged: it does not say what it selects among');
  });
});

describe('at fp16, on inputs that are scaled up and down,', () => {
  const x64: InputSpec[] = [{ name: 'x', dtype: 'float32', shape: [64], below: 2 }];
  const port = (name: string) => ({ name, sourceName: name, dtype: 'float32' as const, shape: undefined });
  const programOf = (model: Uint8Array) => ({ payload: { model }, inputs: [port('x')], outputs: [port('y')] });
  /** y = x * first / first, rounded to float16 behind every operator. */
  const rounded = (first: number) =>
    tinyModel({
      nodes: [
        node('Mul', ['x', 'first'], ['up']),
        node('Cast', ['up'], ['half'], [{ name: 'to', type: 2, i: 10 }]),
        node('Cast', ['half'], ['single'], [{ name: 'to', type: 2, i: 1 }]),
        node('Mul', ['single', 'second'], ['y']),
      ],
      inputs: [{ name: 'x', dtype: 'float32', shape: [64] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [64] }],
      initializers: [floats('first', [1], [first]), floats('second', [1], [1 / first])],
    });
  const judged = async (artefact: Uint8Array, unfused: Uint8Array) => {
    const check = startCheck();
    const model = identityModel('float32', [64]);
    const source = check.source({ ...sourceOf(model, 'y', seededTrials(x64)), isScaled: true });
    const judgement: Judgement = {
      ...programOf(artefact),
      purpose: 'artefact',
      precision: 'fp16',
      source,
      range: { source, unfused: async () => programOf(unfused) },
    };
    const { error } = await check.judge({ target: 'coreml', engine: 'onnxruntime', judgements: [judgement] });
    return error?.message;
  };

  test('an artefact may not leave the range of numbers where the unfused source stays within', async () => {
    // 1000 x stays within 65504 for every draw, and not for 64 times that.
    expect(await judged(rounded(1000), rounded(1))).toMatch(
      /on inputs times 2\^6 it is -?Infinity where the unfused source in this precision is/,
    );
    expect(await judged(rounded(1000), rounded(1000))).toBeUndefined();
  });

  test('an artefact may not lose its digits where the unfused source keeps them', async () => {
    // x / 2^14 keeps 10 bits, and for x / 2^10 none are left.
    expect(await judged(rounded(2 ** -14), rounded(1))).toMatch(
      /on inputs times 2\^-10 its l2 is \S+, that of the unfused source in this precision/,
    );
    expect(await judged(rounded(2 ** -14), rounded(2 ** -14))).toBeUndefined();
  });

  test('where the unfused source has no number nothing is asked of digits, and elsewhere as much as ever', async () => {
    // x * 2^40 / 2^10 is infinite for every draw, x * 2^26 / 2^10 for a third of them.
    expect(await judged(rounded(2 ** -14), rounded(2 ** 40))).toBeUndefined();
    expect(await judged(rounded(2 ** -14), rounded(2 ** 26))).toMatch(
      /on inputs times 2\^-10 its l2 is \S+, that of the unfused source in this precision/,
    );
  });

  test('how much is lost on one input is chance: more inputs are asked, and the middle one counts', async () => {
    const [drawn] = seededTrials(x64).settings[0]?.[0]?.() ?? [];
    const first = drawn?.feeds.get('x')?.toFloat64() ?? new Float64Array();
    const places = [...first.keys()].sort((a, b) => (first[b] ?? 0) - (first[a] ?? 0));
    /** Adds a tenth of what 64 normal numbers come to, times 2^6, where all of these places are over 8. */
    const losing = (count: number, prepare: 'Identity' | 'Abs') =>
      tinyModel({
        nodes: [
          node(prepare, ['x'], ['prepared']),
          node('Sub', ['prepared', 'eight'], ['beyond']),
          node('Clip', ['beyond', 'zero', 'one'], ['over']),
          node('Gather', ['over', 'places'], ['gates']),
          node('ReduceProd', ['gates'], ['gate'], [{ name: 'keepdims', type: 2, i: 0 }]),
          node('Mul', ['gate', 'loss'], ['lost']),
          node('Add', ['x', 'lost'], ['y']),
        ],
        inputs: [{ name: 'x', dtype: 'float32', shape: [64] }],
        outputs: [{ name: 'y', dtype: 'float32', shape: [64] }],
        initializers: [
          floats('eight', [], [8]),
          floats('zero', [], [0]),
          floats('one', [], [1]),
          floats('loss', [], [6.4]),
          int64s('places', [count], places.slice(0, count).map(BigInt)),
        ],
      });
    // On the first draw both lose alike; with other signs the first loses on one input in eight, the second on each.
    expect(await judged(losing(3, 'Identity'), rounded(1))).toBeUndefined();
    expect(await judged(losing(3, 'Abs'), rounded(1))).toMatch(
      /on inputs times 2\^6 its l2 is \S+, that of the unfused source in this precision/,
    );
  });

  test('inputs on which the unfused source has no number have no part in the middle one', async () => {
    const [drawn] = seededTrials(x64).settings[0]?.[0]?.() ?? [];
    const first = drawn?.feeds.get('x')?.toFloat64() ?? new Float64Array();
    const places = [...first.keys()].sort((a, b) => (first[a] ?? 0) - (first[b] ?? 0)).slice(0, 6);
    /** Adds that much, times 10, where the largest of the smallest numbers of the first draw is over 8. */
    const adding = (prepare: 'Identity' | 'Abs', loss: number) =>
      tinyModel({
        nodes: [
          node(prepare, ['x'], ['prepared']),
          node('Gather', ['prepared', 'places'], ['some']),
          node('ReduceMax', ['some'], ['largest'], [{ name: 'keepdims', type: 2, i: 0 }]),
          node('Sub', ['largest', 'eight'], ['beyond']),
          node('Clip', ['beyond', 'zero', 'small'], ['gate']),
          node('Mul', ['gate', 'loss'], ['lost']),
          node('Mul', ['lost', 'large'], ['much']),
          node('Add', ['x', 'much'], ['y']),
        ],
        inputs: [{ name: 'x', dtype: 'float32', shape: [64] }],
        outputs: [{ name: 'y', dtype: 'float32', shape: [64] }],
        initializers: [
          floats('eight', [], [8]),
          floats('zero', [], [0]),
          floats('small', [], [1e-3]),
          floats('large', [], [1e4]),
          floats('loss', [], [loss]),
          int64s('places', [places.length], places.map(BigInt)),
        ],
      });
    // The unfused source is infinite with nearly all other signs, and not on the first draw; the artefact loses a tenth on all.
    expect(await judged(adding('Abs', 0.64), adding('Identity', 1e38))).toMatch(
      /on inputs times 2\^6 its l2 is 1\.\de-1, that/,
    );
    expect(await judged(adding('Abs', 0.64), adding('Abs', 1e38))).toBeUndefined();
  });

  test('an artefact as good as its source passes', async () => {
    expect(await judged(rounded(1), rounded(1))).toBeUndefined();
  });
});

test('channels-last inputs and outputs are compared in the axes of the source', async () => {
  const model = identityModel('float32', [1, 3, 4, 5]);
  const source = sourceOf(model, 'y', seededTrials([{ name: 'x', dtype: 'float32', shape: [1, 3, 4, 5], below: 2 }]));
  const last = { dtype: 'float32' as const, shape: undefined, permutation: [0, 2, 3, 1] };
  const verdict = await verdictOf(startCheck(), source, identityModel('float32', [1, 4, 5, 3]), {
    inputs: [{ ...last, name: 'x', sourceName: 'x' }],
    outputs: [{ ...last, name: 'y', sourceName: 'y' }],
  });
  expect(verdict.error).toBeUndefined();
  expect(verdict.judgements[0]?.outputs[0]?.error).toBe(0);
});

test('every figure can be written as JSON', async () => {
  const verdict = await verdictOf(startCheck(), sourceOf(line(0, 0), 'y', seededTrials(x)), line(0, 0));
  const [figures] = verdict.judgements[0]?.outputs ?? [];
  expect(JSON.parse(JSON.stringify(figures))).toEqual(figures);
  expect(figures).toMatchObject({ error: null, maxAbs: 0, cosine: null, noise: null, failures: [] });
});
