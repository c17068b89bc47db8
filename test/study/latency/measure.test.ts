import { describe, expect, test } from 'vitest';
import { EngineFailure, type Payload, type Session } from '../../../src/engines/index.js';
import { UnsupportedError } from '../../../src/model/index.js';
import {
  estimateSeconds,
  measureLatency,
  noiseOf,
  type Prepared,
  STUDY_ENGINES,
  type StartedEngine,
  type Subject,
} from '../../../src/study/latency/index.js';

/** What an engine of these tests is asked for, in order: the bytes of the model, and the number of threads. */
type Asked = readonly [model: number, threads: Payload['threads']];

/** An engine that takes as many milliseconds as the model's one byte says, and one more each time. */
function engineOf(asked: Asked[], name: 'native' | 'wasm' = 'native', refuses: readonly number[] = []): StartedEngine {
  const [listed] = STUDY_ENGINES.filter((each) => each.name === name);
  if (!listed) throw new Error(`there is no ${name}`);
  const load = async ({ model, threads }: Payload): Promise<Session> => {
    const [byte = 0] = model instanceof Uint8Array ? model : [];
    if (refuses.includes(byte)) throw new EngineFailure('refused', 'not this one');
    const nth = asked.filter(([other]) => other === byte).length;
    asked.push([byte, threads]);
    return {
      ...{
        inputs: [],
        outputs: [],
        remarks: new Set(),
        run: async () => new Map(),
        profile: async () => '',
        release: async () => {},
      },
      time: async () => [byte + nth, byte + nth, byte + nth],
    };
  };
  const process = { title: name, load, info: async () => ({ name, version: '1' }), close: () => {} };
  // Of an engine no more is asked for here.
  return { ...listed, info: { name, version: '1' }, process: process as unknown as StartedEngine['process'] };
}

const prepared = (byte: number): Prepared => ({
  payload: () => ({ model: Uint8Array.of(byte) }),
  feeds: new Map(),
  outputs: [],
});

const subject = (byte: number): Subject => ({ key: String(byte), prepare: async () => prepared(byte) });

describe('the latencies of networks', () => {
  test('have the middle of the runs in the quieter half of the turns, and that of the distances of all from it', async () => {
    const { latencies } = await measureLatency([subject(10)], [engineOf([])], { threads: [1], turns: 5 });
    // 10, 11 and 12 are the quieter half of 10, 11, 12, 13 and 14, each three times; distances of all are 1, 0, 1, 2 and 3.
    expect(latencies).toEqual([
      {
        ...{ key: '10', engine: 'native', threads: 1, median: 11, mad: 1, runs: 15, fastest: 10 },
        turns: [10, 11, 12, 13, 14],
      },
    ]);
  });

  test('are taken in turns: nobody has a second one before all had a first, and the order is drawn anew', async () => {
    const asked: Asked[] = [];
    const subjects = [1, 2, 3, 4, 5, 6].map(subject);
    await measureLatency(subjects, [engineOf(asked)], { threads: [1], turns: 3 });
    const rounds = [0, 6, 12].map((from) => asked.slice(from, from + 6).map(([byte]) => byte));
    for (const round of rounds) expect(round.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(rounds.map(String)).size).toBe(3);
  });

  test('are taken in the same order for the same seed, and in another for another', async () => {
    const orderFor = async (seed: number) => {
      const asked: Asked[] = [];
      await measureLatency([1, 2, 3, 4, 5, 6].map(subject), [engineOf(asked)], { seed, turns: 1 });
      return String(asked);
    };
    expect(await orderFor(1)).toBe(await orderFor(1));
    expect(await orderFor(2)).not.toBe(await orderFor(1));
  });

  test('are taken with each number of threads that the engine has', async () => {
    const asked: Asked[] = [];
    await measureLatency([subject(1)], [engineOf(asked), engineOf(asked, 'wasm')], { turns: 1 });
    expect(asked.map(([, threads]) => String(threads)).toSorted()).toEqual(['1', '1', 'all']);
  });

  test('are not there where an engine refuses a network, and others are', async () => {
    const { latencies, notTimed } = await measureLatency([subject(1), subject(2)], [engineOf([], 'wasm', [1])], {});
    expect(latencies.map(({ key }) => key)).toEqual(['2']);
    expect(notTimed).toEqual([{ key: '1', engine: 'wasm', reason: 'not this one' }]);
  });

  test('are not there where a format cannot express a network', async () => {
    const without: Subject = {
      key: 'x',
      prepare: () => Promise.reject(new UnsupportedError({ what: 'no such node' }, [])),
    };
    const { latencies, notTimed } = await measureLatency([without], [engineOf([])], {});
    expect(latencies).toEqual([]);
    expect(notTimed).toEqual([{ key: 'x', engine: 'native', reason: 'no such node' }]);
  });
});

describe('the noise of a machine', () => {
  const latency = (turns: readonly number[]) => {
    return { key: '', engine: '', threads: 1 as const, median: 0, mad: 0, runs: 0, fastest: 0, turns };
  };

  test('is how far turns lie apart, of the network in the middle', () => {
    // Their spreads are 0, a tenth and a half of their medians.
    const noise = noiseOf([latency([5, 5, 5]), latency([9, 10, 11]), latency([1, 2, 3])]);
    expect(noise).toBeCloseTo(0.1, 12);
  });

  test('is not known after one turn', () => {
    expect(noiseOf([latency([5])])).toBeUndefined();
  });
});

test('an estimate counts loading, warming up and running, for each turn and number of threads', () => {
  const plan = { warmUpMilliseconds: 100, least: 3, most: 200, milliseconds: 250 };
  const engine = { macsPerMillisecond: 1e6 };
  // Half a second where runs are short; 150 + 1000 + 3 * 1000 ms for one of a second.
  expect(estimateSeconds([{ engine, threads: 2, macs: 0 }], 5, plan)).toBeCloseTo(5, 12);
  expect(estimateSeconds([{ engine, threads: 1, macs: 1e9 }], 1, plan)).toBeCloseTo(4.15, 12);
});
