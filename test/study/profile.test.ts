import { afterAll, describe, expect, test } from 'vitest';
import { Scratch } from '../../src/files/index.js';
import type { Model } from '../../src/model/index.js';
import { startStudyEngines } from '../../src/study/latency/engines.js';
import { STUDY_ENGINES } from '../../src/study/latency/index.js';
import { chromeTrace } from '../../src/study/profile/chrome-trace.js';
import { engineProfiler } from '../../src/study/profile/engine-profiler.js';
import { runsIn } from '../../src/study/profile/events.js';
import { blockName, layerName } from '../../src/study/profile/layer-name.js';
import { profileLines } from '../../src/study/profile/lines.js';
import { marked } from '../../src/study/profile/marks.js';
import { timeNodeData } from '../../src/study/profile/node-data.js';
import { ownedNodes } from '../../src/study/profile/owners.js';
import { measurePeaks, type Peaks } from '../../src/study/profile/peaks.js';
import { profileNetwork } from '../../src/study/profile/profile-network.js';
import { bandwidthAt, roofOf } from '../../src/study/profile/roofline.js';
import { network } from '../network.js';

const PEAKS: Peaks = {
  macsPerSecond: 1e10,
  bandwidths: [
    { bytes: 1000, bytesPerSecond: 4e9 },
    { bytes: 100_000, bytesPerSecond: 2e9 },
  ],
  secondsPerNode: 1e-6,
};

describe('the roof', () => {
  test('is the longer of what arithmetic and memory take', () => {
    // 1e7 of 1e10 a second: 1 ms. 100 000 bytes of 2e9 a second: 0.05 ms.
    expect(roofOf(1e7, 100_000, PEAKS)).toEqual({ milliseconds: 1, bound: 'arithmetic' });
    // 1e5 of 1e10: 0.01 ms.
    expect(roofOf(1e5, 100_000, PEAKS)).toEqual({ milliseconds: 0.05, bound: 'memory' });
  });

  test('is what a node costs that does nothing, where that is more', () => {
    expect(roofOf(0, 100, PEAKS)).toEqual({ milliseconds: 0.001, bound: 'overhead' });
  });

  test('takes the bandwidth of as many bytes: between two sizes by their logarithms, beyond them the nearest', () => {
    expect(bandwidthAt(10, PEAKS.bandwidths)).toBe(4e9);
    expect(bandwidthAt(1000, PEAKS.bandwidths)).toBe(4e9);
    expect(bandwidthAt(10_000, PEAKS.bandwidths)).toBeCloseTo(3e9, 0);
    expect(bandwidthAt(1e9, PEAKS.bandwidths)).toBe(2e9);
  });
});

/** What ONNX Runtime writes of a node: microseconds, and sizes as texts. */
const nodeEvent = (name: string, operator: string, ts: number, dur: number, shape: readonly number[]) => ({
  cat: 'Node',
  name: `${name}_kernel_time`,
  ts,
  dur,
  args: {
    op_name: operator,
    activation_size: '1000',
    parameter_size: '200',
    output_size: '800',
    output_type_shape: [{ float: shape }],
  },
});
const runEvent = (ts: number, dur: number) => ({ cat: 'Session', name: 'model_run', ts, dur, args: {} });

describe('what the profiler wrote', () => {
  test('is runs, in each of them its nodes by time, without what runs inside of a node', () => {
    const profile = JSON.stringify([
      { cat: 'Session', name: 'session_initialization', ts: 0, dur: 90 },
      nodeEvent('b', 'If', 130, 50, [2]),
      nodeEvent('inner', 'Conv', 140, 20, [3]),
      nodeEvent('a', 'Conv', 110, 15, [1]),
      runEvent(100, 100),
      nodeEvent('a', 'Conv', 310, 5, [1]),
      runEvent(300, 20),
    ]);
    const runs = runsIn(profile);
    expect(runs.map(({ events }) => events.map(({ name }) => name))).toEqual([['a', 'b'], ['a']]);
    expect(runs.map(({ duration }) => duration)).toEqual([100, 20]);
    expect(runs[0]?.events[0]).toEqual({
      ...{ name: 'a', operator: 'Conv', start: 110, duration: 15 },
      ...{ read: 1000, weights: 200, written: 800, shape: [1] },
    });
  });

  test.each(['', '{}', '[{"cat": "Node"', 'null'])('is refused where it is %j', (profile) => {
    expect(() => runsIn(profile)).toThrow(/no list of events/);
  });
});

/** Conv, Relu, Conv, the arithmetic of GELU, Conv, Add, Relu, a pool; 8 channels of 4x4. */
function example(): Model {
  return network((n) => {
    const first = n.relu(n.conv(n.input([1, 8, 4, 4]), { bias: true }));
    const second = n.conv(first);
    const erf = n.node('Erf', [n.div(second, n.constant(Math.SQRT2))]);
    const gelu = n.mul(n.mul(second, n.add(erf, n.constant(1))), n.constant(0.5));
    return n.globalAveragePool(n.relu(n.add(n.conv(gelu), first)));
  });
}

describe('what an event stands for', () => {
  const { graph } = example();
  const operatorsOf = (names: readonly (readonly [string, string])[]) =>
    ownedNodes(
      names.map(([name, operator], at) => ({
        ...{ name, operator, start: at, duration: 1, read: 0, weights: 0, written: 0 },
        shape: operator === 'GlobalAveragePool' ? [1, 8, 1, 1] : [1, 8, 4, 4],
      })),
      graph,
    ).map((nodes) => nodes.map(({ operator }) => operator));
  const GELU = ['Div', 'Erf', 'Add', 'Mul', 'Mul'];

  test('by the name of the node, as the build for WebAssembly does', () => {
    expect(
      operatorsOf([
        ['mobileone_0_node', 'FusedConv'],
        ['mobileone_2_node', 'Conv'],
        ['Gelu_token_3', 'Gelu'],
        ['mobileone_8_node', 'Conv'],
        ['mobileone_9_node', 'Add'],
        ['mobileone_10_node', 'Relu'],
        ['mobileone_11_node', 'GlobalAveragePool'],
      ]),
    ).toEqual([['Conv', 'Relu'], ['Conv'], GELU, ['Conv'], ['Add'], ['Relu'], ['GlobalAveragePool']]);
  });

  test('by the name of what was joined last, as the native build does; what turns data about stands for nothing', () => {
    expect(
      operatorsOf([
        ['ReorderInput', 'ReorderInput'],
        ['mobileone_1_value_0_nchwc', 'Conv'],
        ['mobileone_2_value_0_nchwc', 'Conv'],
        ['ReorderOutput', 'ReorderOutput'],
        ['Gelu', 'Gelu'],
        ['mobileone_10_value_0_nchwc', 'Conv'],
        ['mobileone_11_value_0_nchwc', 'GlobalAveragePool'],
      ]),
    ).toEqual([[], ['Conv', 'Relu'], ['Conv'], [], GELU, ['Conv', 'Add', 'Relu'], ['GlobalAveragePool']]);
  });
});

describe('a profile', () => {
  const model = network((n) => n.relu(n.conv(n.input([1, 2, 5, 5]), { channels: 4, kernel: 3 })));
  /** Runs of 40 (not counted, three of them), then 100, 200 and 120 us; the Conv takes 60, 80 and 70 of them, the Relu 20, 90 and 30. */
  const profile = JSON.stringify(
    [
      ...[40, 40, 40].map((whole) => [whole, 1, 1] as const),
      ...([
        [100, 60, 20],
        [200, 80, 90],
        [120, 70, 30],
      ] as const),
    ].flatMap(([whole, conv, relu], run) => {
      const start = 1000 * run;
      return [
        runEvent(start, whole),
        nodeEvent('mobileone_0_node', 'Conv', start + 1, conv, [1, 4, 3, 3]),
        nodeEvent('mobileone_1_node', 'Relu', start + 2 + conv, relu, [1, 4, 3, 3]),
      ];
    }),
  );
  const parts = { engine: 'native', threads: 1, form: 'fused', unprofiled: 0.11, peaks: PEAKS } as const;
  const profiled = async () => {
    const names: string[] = [];
    const found = await profileNetwork(
      model,
      async (given) => {
        names.push(...given.graph.sorted().map(({ name }) => name));
        return profile;
      },
      parts,
    );
    return { ...found, names };
  };

  test('adds up: sums, gaps and layers by their own middles', async () => {
    const { report, names } = await profiled();
    expect(names).toEqual(['mobileone_0_node', 'mobileone_1_node']);
    expect(report.runs).toBe(3);
    expect(report.whole).toBeCloseTo(0.12, 12);
    // 80, 170 and 100; 20, 30 and 20 in no node.
    expect(report.sum).toBeCloseTo(0.1, 12);
    expect(report.gap).toBeCloseTo(0.02, 12);
    expect(report.layers.map(({ milliseconds }) => milliseconds)).toEqual([0.07, 0.03]);
    expect(report.layerSum).toBeCloseTo(0.1, 12);
    expect(report.layers.map(({ share }) => share)).toEqual([expect.closeTo(0.7, 12), expect.closeTo(0.3, 12)]);
  });

  test('knows what each layer does and could take', async () => {
    const [conv, relu] = (await profiled()).report.layers;
    // 9 places times 9 times 2 times 4 channels.
    expect(conv?.macs).toBe(648);
    expect(conv?.bytes).toBe(2000);
    expect(relu?.macs).toBe(0);
    // 2000 bytes of 4e9 - log(2) / log(100) * 2e9 a second are less than a node costs.
    expect(conv?.bound).toBe('overhead');
    expect(conv?.roof).toBeCloseTo(0.001, 12);
    expect(conv?.distance).toBeCloseTo(70, 9);
    expect(conv?.nodes).toEqual([{ name: 'Conv_0', operator: 'Conv' }]);
    expect(conv?.sources).toEqual([{ name: 'Conv_0', operator: 'Conv' }]);
  });

  test('is a time line of the run in the middle', async () => {
    const { traceEvents } = JSON.parse(chromeTrace(await profiled()));
    expect(traceEvents.map(({ name, ts, dur }: { name: string; ts: number; dur: number }) => [name, ts, dur])).toEqual([
      ['run', 0, 120],
      ['Conv_0', 1, 70],
      ['Relu_1', 72, 30],
    ]);
    expect(traceEvents[1].args).toMatchObject({ macs: 648, operator: 'Conv', sources: ['Conv_0'] });
  });

  test('lies over the graph by the values that nodes make', async () => {
    const { results } = JSON.parse(timeNodeData(await profiled()));
    const names = model.graph.sorted().map((node) => node.output().name);
    expect(results).toEqual({ [names[0] ?? '']: { value: 0.07 }, [names[1] ?? '']: { value: 0.03 } });
  });

  test('is a table that says the gap, and that layers were held up where they do not add up', async () => {
    const { report } = await profiled();
    const lines = profileLines(report, false);
    expect(lines[1]).toContain('a run 0.120 ms, its nodes together 0.100 ms, in no node 0.0200 ms (17 %)');
    expect(lines.join('\n')).not.toContain('holds up');
    expect(profileLines({ ...report, layerSum: 0.05 }, false).join('\n')).toContain('holds up now one, now another');
  });
});

describe('names', () => {
  test('of a layer: its product, its first node, or what the engine does for itself', () => {
    const nodes = [
      { name: '/a/act', operator: 'Relu' },
      { name: '/a/conv', operator: 'Conv' },
    ];
    expect(layerName({ nodes, operator: 'Conv' })).toBe('/a/conv');
    expect(layerName({ nodes: nodes.slice(0, 1), operator: 'Relu' })).toBe('/a/act');
    expect(layerName({ nodes: [], operator: 'ReorderInput' })).toBe('(ReorderInput)');
  });

  test('of a block: the way that all of its nodes share', () => {
    const named = (...names: string[]) => blockName(names.map((name) => ({ name, operator: 'Conv' })));
    expect(named('/stages/0/conv/Conv', '/stages/0/bn/BatchNormalization', '/stages/0/Add')).toBe('/stages/0');
    expect(named('/stages/0/Conv', '/stages/01/Conv')).toBe('/stages');
    expect(named('/head/Gemm')).toBe('/head/Gemm');
    expect(named('a', 'b')).toBe('');
    expect(named()).toBe('');
  });
});

describe('engines that keep a profile', async () => {
  const scratch = new Scratch();
  const { started } = await startStudyEngines(STUDY_ENGINES);
  afterAll(() => {
    for (const { process } of started) process.close();
    scratch.remove();
  });
  const named = (name: string) => {
    const engine = started.find((each) => each.name === name);
    if (!engine) throw new Error(`${name} is not there`);
    return engine;
  };

  test.each(['native', 'wasm'])(
    '%s: every node has its event, and a run is no shorter than they are together',
    async (name) => {
      const model = example();
      const profiler = engineProfiler(named(name), 1, scratch);
      const runs = runsIn(await profiler(marked(model), 4));
      expect(runs).toHaveLength(5);
      for (const { events, duration } of runs) {
        const owned = ownedNodes(events, model.graph);
        expect(new Set(owned.flat()).size).toBe(model.graph.nodeCount);
        expect(owned.flat()).toHaveLength(model.graph.nodeCount);
        const sum = events.reduce((total, event) => total + event.duration, 0);
        expect(sum).toBeLessThanOrEqual(duration);
      }
      const convolutions = ownedNodes(runs[0]?.events ?? [], model.graph).filter((nodes) =>
        nodes.some((node) => node.is('Conv')),
      );
      expect(convolutions).toHaveLength(3);
    },
  );

  test('have their peaks measured by it', async () => {
    const peaks = await measurePeaks(engineProfiler(named('native'), 1, scratch));
    expect(peaks.macsPerSecond).toBeGreaterThan(1e7);
    // What was asked for: 2^18 to 2^28 bytes read and written.
    expect(peaks.bandwidths.map(({ bytes }) => Math.log2(bytes))).toEqual([18, 20, 22, 24, 26, 28]);
    expect(peaks.bandwidths.every(({ bytesPerSecond }) => bytesPerSecond > 0)).toBe(true);
    expect(peaks.secondsPerNode).toBeGreaterThan(0);
  });

  test('others say that they keep none', async () => {
    const model = network((n) => n.relu(n.input([1, 3, 4, 4])));
    await expect(engineProfiler(named('tfjs'), 1, scratch)(model, 1)).rejects.toThrow(/keeps no profile/);
  });
});
