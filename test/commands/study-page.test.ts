import { describe, expect, test } from 'vitest';
import { studyPage } from '../../src/commands/study/page/study-page.js';
import type { NetworkReport, StudyReport } from '../../src/commands/study/report.js';
import { error } from '../report/reports.js';

const HOSTILE = `<script>alert("&'\u202e")</script>`;

function network(changes: Partial<NetworkReport>): NetworkReport {
  return {
    path: 'network.onnx',
    form: 'fused',
    inputs: { image: [1, 3, 224, 224] },
    macs: 275_000_000,
    parameters: 2_100_000,
    activations: 1_300_000,
    bytesMoved: 22_000_000,
    moved: { weights: 8_000_000, activations: 14_000_000 },
    operators: {},
    products: {},
    nodes: 89,
    depth: 80,
    branches: 0,
    synchronisations: 1,
    activationFunctions: {},
    intensity: 12.5,
    latency: [{ engine: 'native', threads: 1, median: 7.25, mad: 0.05, runs: 100, fastest: 7.1 }],
    notTimed: [],
    ...changes,
  };
}

function studyOf(changes: Partial<StudyReport>): StudyReport {
  return {
    tool: { name: 'mobileone', version: '1.2.3' },
    command: 'study',
    exitCode: 0,
    milliseconds: 4200,
    machine: { platform: 'linux', architecture: 'x64', node: '20.1.0', processor: 'a processor', cores: 2 },
    engines: [{ engine: 'native', package: 'onnxruntime-node', version: '1.30.0', browser: null, renderer: null }],
    noise: 0.012,
    networks: [network({})],
    correlations: [],
    model: [],
    advice: [],
    ablations: [],
    profiles: [],
    notes: [],
    errors: [],
    ...changes,
  };
}

/** Three networks, each twice as large and twice as slow as the one before. */
const THREE = [1, 2, 4].map((times) =>
  network({
    path: `${times}.onnx`,
    macs: times * 100e6,
    latency: [{ engine: 'native', threads: 1, median: times * 10, mad: 0.1, runs: 50, fastest: times * 9.5 }],
  }),
);

/** Middles of the points of the plot with this name. */
function pointsOf(page: string, name: string): { x: number; y: number }[] {
  const start = page.indexOf(`aria-label="latency against ${name}"`);
  const plot = page.slice(start, page.indexOf('</svg>', start));
  return Array.from(plot.matchAll(/<circle class="dot" cx="([\d.]+)" cy="([\d.]+)"/g), ([, x, y]) => ({
    x: Number(x),
    y: Number(y),
  }));
}

describe('the page of a study', () => {
  test('says where it ran, and each figure of each network', () => {
    const page = studyPage(studyOf({}));
    for (const text of [
      'a processor',
      '2 cores',
      'onnxruntime-node 1.30.0',
      '1.2 % apart',
      '275 M',
      '2.1 M',
      '22.0 MB',
    ])
      expect(page).toContain(text);
    expect(page).toContain('7.25 ± 0.05');
    expect(page).not.toMatch(/https?:/);
  });

  test('says which browser an engine runs in, and what draws there', () => {
    const [engine] = studyOf({}).engines;
    if (!engine) throw new Error('no engine');
    const engines = [{ ...engine, engine: 'browser-webgl', browser: 'Chrome/156.0', renderer: 'SwiftShader' }];
    expect(studyPage(studyOf({ engines }))).toContain(
      'browser-webgl: onnxruntime-node 1.30.0 in Chrome/156.0, SwiftShader',
    );
  });

  test('draws equal factors as equal distances, up and to the right', () => {
    const [first, second, third] = pointsOf(studyPage(studyOf({ networks: THREE })), 'multiply-accumulates');
    if (!first || !second || !third) throw new Error('three points were not drawn');
    expect(second.x - first.x).toBeGreaterThan(0);
    expect(third.x - second.x).toBeCloseTo(second.x - first.x, 0);
    expect(first.y - second.y).toBeGreaterThan(0);
    expect(second.y - third.y).toBeCloseTo(first.y - second.y, 0);
  });

  test.each([
    [
      [600e3, 1.4e6, 3.7e6],
      ['700 k', '1.0 M', '2.0 M', '3.0 M'],
    ],
    [
      [25e6, 100e6, 170e6],
      ['30.0 M', '50.0 M', '70.0 M', '100 M'],
    ],
    [
      [8.9e6, 30e6, 90e6],
      ['10.0 M', '20.0 M', '50.0 M'],
    ],
    [
      [1.59e6, 2.1e6, 2.7e6],
      ['1.5 M', '2.0 M', '2.5 M'],
    ],
    [
      [1e3, 1e6, 9e8],
      ['1000', '100 k', '10.0 M'],
    ],
  ])('names at most five round numbers along an axis: %j', (sizes, some) => {
    const networks = THREE.map((each, at) => ({ ...each, macs: sizes[at] ?? null }));
    const page = studyPage(studyOf({ networks }));
    const start = page.indexOf('aria-label="latency against multiply-accumulates"');
    const plot = page.slice(start, page.indexOf('</svg>', start));
    const named = Array.from(plot.matchAll(/text-anchor="middle">([^<]+)</g), ([, text]) => text).slice(0, -1);
    expect(named.length).toBeLessThanOrEqual(5);
    expect(named).toEqual(expect.arrayContaining(some));
    const places = Array.from(plot.matchAll(/x="([\d.]+)" y="238" text-anchor="middle"/g), ([, x]) => Number(x));
    expect(places).toHaveLength(named.length);
    // As wide as a label is.
    for (const [at, x] of places.slice(1).entries()) expect(x - (places[at] ?? 0)).toBeGreaterThan(40);
  });

  test('draws no plot of two networks, through which any line goes, nor one of a figure that is not known', () => {
    expect(studyPage(studyOf({ networks: THREE.slice(0, 2) }))).not.toContain('<svg');
    const unknown = THREE.map((each) => ({ ...each, activations: null }));
    expect(pointsOf(studyPage(studyOf({ networks: unknown })), 'activations')).toHaveLength(0);
    expect(pointsOf(studyPage(studyOf({ networks: unknown })), 'parameters')).toHaveLength(3);
  });

  test('puts what goes with latency most first', () => {
    const about = { engine: 'native', threads: 1, n: 30, pearson: 0.5, p: 1e-3, low: 0.2, high: 0.9 } as const;
    const correlations = [
      { ...about, metric: 'parameters', spearman: 0.31 },
      { ...about, metric: 'bytesMoved', spearman: 0.87 },
    ];
    const page = studyPage(studyOf({ correlations }));
    expect(page.indexOf('0.87')).toBeGreaterThan(0);
    expect(page.indexOf('0.87')).toBeLessThan(page.indexOf('0.31'));
    expect(page).toContain('0.20 to 0.90');
  });

  test('says why it failed', () => {
    const page = studyPage(studyOf({ exitCode: 7, errors: [error({ what: 'a network is too slow' })] }));
    expect(page).toContain('a network is too slow');
    expect(page).not.toContain('✔');
  });

  test('escapes what names would make of it', () => {
    const page = studyPage(
      studyOf({
        networks: [network({ path: HOSTILE })],
        machine: { ...studyOf({}).machine, processor: HOSTILE },
        notes: [HOSTILE],
      }),
    );
    expect(page).not.toContain('<script');
    expect(page).not.toContain('\u202e');
  });
});
