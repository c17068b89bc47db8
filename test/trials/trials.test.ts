import { describe, expect, test } from 'vitest';
import { InputError, Tensor } from '../../src/model/index.js';
import type { InputSpec } from '../../src/trials/input-spec.js';
import { nudge } from '../../src/trials/nudge.js';
import { normalizePixels, type PixelInput } from '../../src/trials/pixels.js';
import { seededTrials } from '../../src/trials/seeded-trials.js';
import type { Trials } from '../../src/trials/trial.js';
import { userTrials } from '../../src/trials/user-trials.js';

const input = (
  name: string,
  shape: InputSpec['shape'],
  dtype: InputSpec['dtype'] = 'float32',
  below = 2,
): InputSpec => ({
  name,
  dtype,
  shape,
  below,
});
/** The trials of every setting, in the way that is tried first. */
const drawn = ({ settings }: Trials) => settings.flatMap(([best]) => best?.() ?? []);
const shapesOf = (specs: InputSpec[]) =>
  drawn(seededTrials(specs)).map(({ feeds }) => [...feeds.values()].map((t) => t.shape));
const moments = (values: Float64Array) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length];
};

describe('seeded trials', () => {
  test('are two standard-normal draws and one that is uniform from 0 to 1', () => {
    const [first, second, uniform] = drawn(seededTrials([input('x', [3, 64, 64])])).map((t) =>
      t.feeds.get('x')?.toFloat64(),
    );
    if (!first || !second || !uniform) throw new Error('three trials');
    expect(first).not.toEqual(second);
    for (const normal of [first, second]) {
      const [mean, variance] = moments(normal);
      expect(mean).toBeCloseTo(0, 1);
      expect(variance).toBeCloseTo(1, 1);
    }
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(moments(uniform)[0]).toBeCloseTo(1 / 2, 1);
    expect(moments(uniform)[1]).toBeCloseTo(1 / 12, 2);
  });

  test.each([1, 3, 4])(
    'are a scene of even areas and edges in the third draw of an image of %s channels',
    (channels) => {
      const [, , scene] = drawn(seededTrials([input('x', [2, channels, 96, 64])]));
      const values = scene?.feeds.get('x')?.toFloat64() ?? new Float64Array();
      expect(values).toHaveLength(2 * channels * 96 * 64);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...values)).toBeLessThan(1);
      // Noise has neighbours within 1/64 in 3 of 100 places, a scene almost everywhere; yet it has steps.
      const steps = Array.from(values.subarray(1), (value, i) => Math.abs(value - (values[i] ?? 0)));
      expect(steps.filter((step) => step < 1 / 64).length / steps.length).toBeGreaterThan(0.8);
      expect(steps.filter((step) => step > 1 / 8).length).toBeGreaterThan(100);
      // Two images are two scenes.
      expect(values.subarray(0, values.length / 2)).not.toEqual(values.subarray(values.length / 2));
    },
  );

  test('are no scene where the channels are none of an image', () => {
    const [, , uniform] = drawn(seededTrials([input('x', [1, 8, 64, 64])]));
    expect(moments(uniform?.feeds.get('x')?.toFloat64() ?? new Float64Array())[1]).toBeCloseTo(1 / 12, 2);
  });

  test('give pixels of a scene, too', () => {
    const pixels: PixelInput = { input: 'x', order: 'rgb', mean: [0, 0, 0], std: [1, 1, 1] };
    const [, , scene] = drawn(seededTrials([input('x', [1, 3, 64, 64])], pixels));
    const values = scene?.artefactFeeds.get('x')?.toFloat64() ?? new Float64Array();
    const steps = Array.from(values.subarray(1), (value, i) => Math.abs(value - (values[i] ?? 0)));
    expect(steps.filter((step) => step <= 4).length / steps.length).toBeGreaterThan(0.8);
  });

  test('come in other draws, smaller and uniform, for a source that does not reproduce itself on these', () => {
    const others = seededTrials([input('x', [64, 64])]).others.map((trials) =>
      drawn(trials).map(({ feeds }) => moments(feeds.get('x')?.toFloat64() ?? new Float64Array())),
    );
    expect(others.map((moment) => moment.length)).toEqual([3, 3]);
    for (const [mean = 1, variance = 1] of others[0] ?? []) {
      expect(Math.abs(mean)).toBeLessThan(0.01);
      expect(variance).toBeLessThan(0.001);
    }
    for (const [mean = 0] of others[1] ?? []) expect(mean).toBeCloseTo(0.5, 1);
  });

  test('take a name of two axes of one input as two sizes first, then as one', () => {
    const { settings } = seededTrials([input('x', ['n', 3, 's', 's']), input('mask', ['n', 's', 's'])]);
    const sizes = settings.map((ways) =>
      ways.map((draw) => [...(draw()[0]?.feeds.values() ?? [])].map(({ shape }) => shape)),
    );
    expect(sizes).toEqual([
      [
        [
          [1, 3, 224, 224],
          [1, 224, 224],
        ],
      ],
      [
        [
          [3, 3, 161, 225],
          [3, 161, 225],
        ],
        [
          [3, 3, 160, 160],
          [3, 160, 160],
        ],
        [
          [3, 3, 161, 161],
          [3, 161, 161],
        ],
      ],
    ]);
  });

  test('are the same on every run', () => {
    const bytes = () => drawn(seededTrials([input('x', [2, 2])])).map((trial) => trial.feeds.get('x')?.bytes);
    expect(bytes()).toEqual(bytes());
  });

  test('come at the ends and within where sizes have bounds, and the source must take both ends', () => {
    const ranges = {
      ...input('x', ['n', 3, 'h', 'w']),
      asked: [1, 3, { least: 32, most: 64 }, { least: 48, most: 96 }],
    };
    const { settings, required } = seededTrials([ranges, input('y', ['n', 5])]);
    const sizes = settings.map((ways) => ways.map((draw) => draw()[0]?.feeds.get('x')?.shape.join()));
    expect(sizes).toEqual([['1,3,32,48'], ['1,3,64,96'], ['1,3,45,77', '1,3,32,64', '1,3,64,64']]);
    expect(required).toBe(2);
  });

  test('come in two settings where sizes are open, all draws in each', () => {
    const [small, large] = [[[1, 3, 224, 224]], [[3, 3, 161, 225]]];
    expect(shapesOf([input('x', ['n', 3, 'h', 'w'])])).toEqual([small, small, small, large, large, large]);
    expect(shapesOf([input('x', ['n', 'length', 7])]).map(([shape]) => shape)).toEqual([
      ...Array(3).fill([1, 8, 7]),
      ...Array(3).fill([3, 5, 7]),
    ]);
  });

  test('give a symbol one size, wherever it stands', () => {
    expect(shapesOf([input('x', ['n', 'k']), input('y', ['k', 'n'])])[0]).toEqual([
      [1, 8],
      [8, 1],
    ]);
  });

  test('draw integers from the range that their readers allow', () => {
    const [trial] = drawn(seededTrials([input('x', [1000], 'int64', 10), input('flag', [1000], 'bool')]));
    expect(new Set(trial?.feeds.get('x')?.toIntegers())).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    expect(new Set(trial?.feeds.get('flag')?.toIntegers())).toEqual(new Set([0, 1]));
  });

  test('are refused where they would take too much memory, before anything is drawn', () => {
    expect(() => seededTrials([input('x', [1, 3, 12_000, 12_000])])).toThrow(InputError);
    expect(() => seededTrials([input('x', [1, 3, 12_000, 12_000])])).toThrow(/limit:.*x \[1,3,12000,12000\].*--shape/);
  });

  test('give pixels to an artefact that normalises by itself, and what they stand for to the source', () => {
    const pixels: PixelInput = { input: 'x', order: 'rgb', mean: [0.5, 0, 0.25], std: [0.5, 1, 2] };
    for (const { feeds, artefactFeeds } of drawn(seededTrials([input('x', [1, 3, 8, 8])], pixels))) {
      const drawn = artefactFeeds.get('x')?.toFloat64() ?? new Float64Array();
      expect([...drawn].every((pixel) => Number.isInteger(pixel) && pixel >= 0 && pixel <= 255)).toBe(true);
      const y = feeds.get('x')?.toFloat64();
      expect(y?.[0]).toBeCloseTo(((drawn[0] ?? 0) / 255 - 0.5) / 0.5, 6);
      expect(y?.[64]).toBeCloseTo((drawn[64] ?? 0) / 255, 6);
      expect(y?.[128]).toBeCloseTo(((drawn[128] ?? 0) / 255 - 0.25) / 2, 6);
    }
  });
});

/** Bits as places on one line through zero, so that neighbours differ by one. */
const PLACES = {
  float16: (bytes: Uint8Array) => [...new Int16Array(bytes.slice().buffer)].map((b) => (b < 0 ? -(b & 0x7fff) : b)),
  float32: (bytes: Uint8Array) => [...new Int32Array(bytes.slice().buffer)].map((b) => (b < 0 ? -(b & 0x7fffffff) : b)),
  float64: (bytes: Uint8Array) =>
    [...new BigInt64Array(bytes.slice().buffer)].map((b) => (b < 0n ? -BigInt.asUintN(63, b) : b)),
};

test.each(['float16', 'float32', 'float64'] as const)('%s inputs move to a neighbour or not at all', (dtype) => {
  const values = [1, -1, 0.1, 6e-8, -6e4, ...Array(50).fill(0), ...Array(50).fill(-0)];
  const before = Tensor.from(dtype, [values.length], values);
  const after = nudge(new Map([['x', before]]), 1).get('x');
  const [from, to] = [PLACES[dtype](before.bytes), PLACES[dtype](after?.bytes ?? new Uint8Array())];
  expect(new Set(to.map((place, i) => Number(BigInt(place) - BigInt(from[i] ?? 0))))).toEqual(new Set([-1, 0, 1]));
});

test('inputs that are no floats are not moved', () => {
  const feeds = new Map([['x', Tensor.ofShape([1, 2])]]);
  expect(nudge(feeds, 1)).toEqual(feeds);
});

describe('inputs of a user', () => {
  const floats = (shape: number[], value = 0.5) =>
    Tensor.from('float32', shape, Array(shape.reduce((a, b) => a * b, 1)).fill(value));
  const unnamed = (tensor: Tensor) => new Map([[undefined, tensor]]);

  test('are cut along the first axis where the source fixes it', () => {
    const tensor = Tensor.from('float32', [4, 1], [1, 2, 3, 4]);
    const trials = userTrials(unnamed(tensor), [input('x', [2, 1])]);
    expect(trials.isUserGiven).toBe(true);
    expect(drawn(trials).map(({ feeds }) => [...(feeds.get('x')?.toFloat64() ?? [])])).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test('stay whole where the first axis is open', () => {
    expect(drawn(userTrials(unnamed(floats([4, 1])), [input('x', ['n', 1])]))).toHaveLength(1);
  });

  test('may give two sizes to what the file calls by one name, with a note', () => {
    const { notes } = userTrials(unnamed(floats([1, 2, 3])), [input('x', [1, 's', 's'])]);
    expect(notes).toEqual(["the file calls two sizes of x by one name, s: the array's [1,2,3] is taken"]);
    expect(userTrials(unnamed(floats([1, 2, 2])), [input('x', [1, 's', 's'])]).notes).toEqual([]);
  });

  test('of another width are rounded once', () => {
    const trials = drawn(userTrials(unnamed(Tensor.from('float64', [1], [0.1])), [input('x', [1])]));
    expect(trials[0]?.feeds.get('x')).toMatchObject({ dtype: 'float32' });
    expect(trials[0]?.feeds.get('x')?.toFloat64()[0]).toBe(Math.fround(0.1));
  });

  test('that look like pixels are a note', () => {
    expect(userTrials(unnamed(floats([1], 255)), [input('x', [1])]).notes).toEqual([
      expect.stringContaining('--image'),
    ]);
    expect(userTrials(unnamed(floats([1], 0.5)), [input('x', [1])]).notes).toEqual([]);
  });

  test('may be bytes where the artefact takes pixels', () => {
    const pixels: PixelInput = { input: 'x', order: 'gray', mean: [0], std: [1] };
    const trials = drawn(
      userTrials(unnamed(Tensor.from('uint8', [1, 1, 1, 1], [255])), [input('x', [1, 1, 1, 1])], pixels),
    );
    expect(trials[0]?.artefactFeeds.get('x')?.toFloat64()[0]).toBe(255);
    expect(trials[0]?.feeds.get('x')?.toFloat64()[0]).toBe(1);
  });

  test.each<[string, Map<string | undefined, Tensor>, InputSpec[], RegExp]>([
    ['of another rank', unnamed(floats([2])), [input('x', [1, 2])], /shape \[2\], the input takes \[1,2\]/],
    ['of another size', unnamed(floats([1, 3])), [input('x', ['n', 2])], /shape \[1,3\], the input takes \[n,2\]/],
    [
      'no multiple of the batch',
      unnamed(floats([3, 1])),
      [input('x', [2, 1])],
      /shape \[3,1\], the input takes \[2,1\]/,
    ],
    [
      'integers for floats',
      unnamed(Tensor.from('uint8', [1], [7])),
      [input('x', [1])],
      /holds uint8, the input takes float32.*--image/,
    ],
    ['floats for integers', unnamed(floats([1])), [input('x', [1], 'int64')], /holds float32, the input takes int64/],
    ['out of range', unnamed(Tensor.ofShape([300])), [input('x', [1], 'uint8')], /300 is out of the range of uint8/],
    [
      'one for two inputs',
      unnamed(floats([1])),
      [input('x', [1]), input('y', [1])],
      /one array for 2 inputs; give an npz file with x, y/,
    ],
    [
      'without one input',
      new Map([['x', floats([1])]]),
      [input('x', [1]), input('y', [1])],
      /no array for this input \(value y\)/,
    ],
    [
      'of unlike numbers of batches',
      new Map([
        ['x', floats([2])],
        ['y', floats([3])],
      ]),
      [input('x', [1]), input('y', [1])],
      /3 batches, but 2 for this one \(value x\)/,
    ],
  ])('are refused: %s', (_, arrays, specs, message) => {
    expect(() => userTrials(arrays, specs)).toThrow(InputError);
    expect(() => userTrials(arrays, specs)).toThrow(message);
  });

  test('under a name that is no input are refused, with the names there are', () => {
    const arrays = new Map([['z', floats([1])]]);
    expect(() => userTrials(arrays, [input('x', [1]), input('y', [1])])).toThrow(InputError);
    expect(() => userTrials(arrays, [input('x', [1]), input('y', [1])])).toThrow(
      /z is no input of the model; its inputs are x, y/,
    );
  });

  test.each([0.5, -1, 256])('with --image must be whole numbers from 0 to 255, not %s', (value) => {
    const options = { order: 'gray' as const, mean: [0], std: [1] };
    expect(() => normalizePixels(floats([1, 1, 1, 1], value), options)).toThrow(`not ${value}`);
  });
});
