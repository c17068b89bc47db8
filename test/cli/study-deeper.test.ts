import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratch } from '../files/scratch.js';
import { DIGITS, mobileone } from './run.js';

const shipped = createRequire(import.meta.url).resolve('mobileone/study.schema.json');
const isReport = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(fs.readFileSync(shipped, 'utf8')));
const expectReport = (report: unknown) => expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);

/** "Trace Event Format", complete events in the form of an object; https://www.chromium.org/developers/how-tos/trace-event-profiling-tool */
const TRACE = {
  type: 'object',
  required: ['traceEvents'],
  properties: {
    displayTimeUnit: { enum: ['ms', 'ns'] },
    traceEvents: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'cat', 'ph', 'ts', 'dur', 'pid', 'tid'],
        properties: {
          ...{ name: { type: 'string', minLength: 1 }, cat: { type: 'string' }, ph: { const: 'X' } },
          ...{ ts: { type: 'number', minimum: 0 }, dur: { type: 'number', minimum: 0 } },
          ...{ pid: { type: 'integer' }, tid: { type: 'integer' }, args: { type: 'object' } },
        },
      },
    },
  },
};

/** NodeDataProviderGraphData of google-ai-edge/model-explorer, src/ui/src/components/visualizer/common/types.ts */
const COLOUR = { type: 'string', pattern: '^#[0-9a-f]{6}$' };
const NODE_DATA = {
  type: 'object',
  required: ['results'],
  additionalProperties: false,
  properties: {
    name: { type: 'string' },
    results: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['value'],
        properties: { value: { type: 'number', minimum: 0 } },
      },
    },
    gradient: {
      type: 'array',
      minItems: 2,
      items: {
        ...{ type: 'object', required: ['stop', 'bgColor'] },
        properties: { stop: { type: 'number', minimum: 0, maximum: 1 }, bgColor: COLOUR },
      },
    },
  },
};

function expectOf(schema: object, value: unknown): void {
  const isOne = new Ajv().compile(schema);
  expect(isOne(value), JSON.stringify(isOne.errors)).toBe(true);
}

/** Short: what is measured here is not looked at. */
const QUICK = ['--engine', 'native', '--threads', '1', '--turns', '1'];

test.each([
  [['study', DIGITS, '--ablate', 'se'], '--ablate builds its own networks'],
  [['study', '--ablate', 'wings'], '"wings" is not one of activation, se, skip, branches, depth'],
  [['study', '--ablate', 'se', '--no-latency'], '--ablate has no meaning with --no-latency'],
  [['study', DIGITS, '--trace', 'trace.json'], '--trace needs --profile'],
  [['study', DIGITS, '--node-data', 'nodes.json'], '--node-data needs --profile'],
  [['study', DIGITS, '--advice-seconds', '1'], '--advice-seconds needs --advice'],
  [['study', DIGITS, '--profile', '--engine', 'tfjs'], '--profile needs ONNX Runtime'],
  [
    ['study', DIGITS, path.join(path.dirname(DIGITS), '../digits_deploy/model.onnx'), '--profile'],
    '--profile is of one network, and 2 were named',
  ],
])('%j is no right use', async (given, message) => {
  const folder = scratch();
  const { code, stdout, stderr } = await mobileone(folder, given);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toContain(message);
  expect(fs.readdirSync(folder)).toEqual([]);
});

test('an ablation takes no model, and is a table with bars', async () => {
  const { code, stdout, stderr } = await mobileone(scratch(), ['study', '--ablate', 'skip', ...QUICK, '--json']);
  expect(code).toBe(0);
  const report = JSON.parse(stdout);
  expectReport(report);
  expect(report.networks).toEqual([]);
  // 25 of 30 layers keep their size, and 11 pairs; the network has a Conv and a Relu for each layer, a pool, Flatten and Gemm.
  expect(report.ablations).toMatchObject([
    {
      ablation: 'skip',
      variants: [
        { name: 'none', nodes: 63, macs: 786_012_160 },
        { name: 'over every two layers', nodes: 74, macs: 786_012_160 },
        { name: 'over every layer', nodes: 88, macs: 786_012_160 },
      ],
    },
  ]);
  for (const { latency } of report.ablations[0].variants) expect(latency).toHaveLength(1);
  expect(report.ablations[0].variants[0].latency[0].ratio).toBe(1);
  expect(stderr).toMatch(/over every layer +786 M .* █+\n/);
});

describe('a profile', () => {
  const files = new Map<string, string>();
  let stdout = '';
  let stderr = '';
  beforeAll(async () => {
    const folder = scratch();
    const asked = ['--trace', 'trace.json', '--node-data', 'nodes.json'];
    ({ stdout, stderr } = await mobileone(folder, ['study', DIGITS, '--profile', ...asked, ...QUICK, '--json']));
    for (const name of fs.readdirSync(folder)) files.set(name, fs.readFileSync(path.join(folder, name), 'utf8'));
  });

  test('is of the fused form, and has every node of it once', () => {
    const report = JSON.parse(stdout);
    expectReport(report);
    const [profile] = report.profiles;
    expect(profile).toMatchObject({ path: DIGITS, form: 'fused', engine: 'native', threads: 1 });
    const nodes = profile.layers.flatMap((layer: { nodes: unknown[] }) => layer.nodes);
    expect(nodes).toHaveLength(29);
    expect(new Set(nodes.map(({ name }: { name: string }) => name)).size).toBe(29);
    // As the report has it, which counts the same network by itself.
    const macs = profile.layers.reduce((sum: number, layer: { macs: number }) => sum + layer.macs, 0);
    expect(macs).toBe(report.networks[1].macs);
    expect(stderr).toContain('in no node');
  });

  test('traces every merged block back to the nodes of the source', () => {
    const { layers } = JSON.parse(stdout).profiles[0];
    const sources = layers.flatMap((layer: { sources: unknown[] }) => layer.sources);
    // The source has 232 nodes; those that were constants before anything ran are in none of the layers.
    expect(sources.length).toBeGreaterThan(29);
    expect(sources).toContainEqual({
      name: '/features/features.1/skip/BatchNormalization',
      operator: 'BatchNormalization',
    });
  });

  test('goes to the files that were asked for', () => {
    const { traceEvents } = JSON.parse(files.get('trace.json') ?? '');
    expect(traceEvents).toHaveLength(1 + JSON.parse(stdout).profiles[0].layers.length);
    const { results } = JSON.parse(files.get('nodes.json') ?? '');
    expect(Object.keys(results)).toHaveLength(29);
    expect(results).toHaveProperty('logits');
  });

  test('is a trace as viewers read it: complete events, each layer within the run', () => {
    const trace = JSON.parse(files.get('trace.json') ?? '');
    expectOf(TRACE, trace);
    const [run, ...layers]: { ts: number; dur: number }[] = trace.traceEvents;
    for (const { ts, dur } of layers) {
      expect(ts).toBeGreaterThanOrEqual(run?.ts ?? Number.NaN);
      expect(ts + dur).toBeLessThanOrEqual((run?.ts ?? 0) + (run?.dur ?? 0));
    }
  });

  test('is node data as Model Explorer reads it: of one graph, by names of tensors', () => {
    expectOf(NODE_DATA, JSON.parse(files.get('nodes.json') ?? ''));
  });
});

test('advice names what there was no time for', async () => {
  const { code, stdout } = await mobileone(scratch(), [
    ...['study', DIGITS, '--advice', '--advice-seconds', '0.000001', ...QUICK, '--json'],
  ]);
  expect(code).toBe(0);
  const report = JSON.parse(stdout);
  expectReport(report);
  expect(report.advice).toEqual([]);
  expect(report.notes.join('\n')).toContain('fuse the blocks that are left');
});
