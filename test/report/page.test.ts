import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { jobSummary } from '../../src/report/page/job-summary.js';
import { reportPage } from '../../src/report/page/page.js';
import { artefact, candidate, check, error, figures, HOSTILE, model, reportOf, toldInFull } from './reports.js';

/** A block of two branches as it is in RepVGG. */
const BLOCK = {
  node: '/stage/Conv',
  operator: 'Conv',
  sources: [
    { name: 'c3', operator: 'Conv', reads: [] },
    { name: 'b3', operator: 'BatchNormalization', reads: [0] },
    { name: 'c1', operator: 'Conv', reads: [] },
    { name: 'b1', operator: 'BatchNormalization', reads: [2] },
    { name: 'sum', operator: 'Add', reads: [1, 3] },
  ],
};

const hostile = reportOf([
  model({
    source: { ...model().source, path: HOSTILE, exporter: HOSTILE },
    notes: [HOSTILE],
    fused: [
      {
        ...BLOCK,
        node: HOSTILE,
        operator: HOSTILE,
        sources: BLOCK.sources.map((each) => ({ ...each, name: HOSTILE })),
      },
    ],
    declined: [{ sources: [{ name: HOSTILE, operator: HOSTILE }], reason: HOSTILE }],
    artefacts: [artefact({ path: HOSTILE, check: check([figures({ output: HOSTILE, failures: [HOSTILE] })]) })],
    candidates: [candidate({ ...toldInFull(), path: HOSTILE, error: error({ what: HOSTILE }) })],
  }),
]);

describe('a page', () => {
  test('says what the run came to, with every figure of an artefact', () => {
    const page = reportPage(reportOf([model({ artefacts: [artefact()] })]));
    expect(page).toMatch(/^<!doctype html><html lang="en">/);
    expect(page).toContain('✔ Every artefact answers alike');
    for (const figure of ['44.7 kB', '4.10x', '3.2e-7', '1.3e-5', '6.3e-7', '1.000']) expect(page).toContain(figure);
  });

  test.each([
    [reportOf([model({ artefacts: [artefact({ check: null })] })]), 'Written, but not checked'],
    [reportOf([model({ exitCode: 5, candidates: [toldInFull()] })]), 'An artefact answers otherwise'],
    [reportOf([model({ exitCode: 7 })]), 'A budget is not met'],
    [reportOf([model({ exitCode: 8 })]), 'Nothing could be compared'],
    [
      reportOf([model({ exitCode: 3, error: error({ kind: 'InputError', what: 'cut short' }) })]),
      'mobileone: cut short',
    ],
  ])('%#: says when all is not well', (report, words) => {
    const page = reportPage(report);
    expect(page).toContain(words);
    expect(page).not.toContain('✔ Every artefact');
  });

  test('loads nothing, runs nothing, and is styled by the one sheet that its policy names', () => {
    const page = reportPage(reportOf([model({ candidates: [toldInFull()], fused: [BLOCK] })]));
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(page) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy.replaceAll('&#39;', "'").split('; ')).toEqual(
      expect.arrayContaining(["default-src 'none'", 'img-src data:', `style-src 'sha256-${hash}'`]),
    );
    expect(page).not.toMatch(/<script|<link|https?:| style="| on\w+=/);
  });

  test('draws a block as its nodes read each other, and the one node that it became', () => {
    const page = reportPage(reportOf([model({ fused: [BLOCK, { ...BLOCK, node: 'another' }] })]));
    expect(page).toContain('2 times: 5 nodes become one Conv');
    expect(page.match(/<path class="edge"/g)).toHaveLength(4);
    expect(page.match(/<rect/g)).toHaveLength(6);
  });

  test('draws the error of every value along the network, and rings where they part', () => {
    const page = reportPage(reportOf([model({ exitCode: 5, candidates: [toldInFull()] })]));
    // Once for a narrow page, once for a wide one.
    expect(page.match(/<circle class="dot"/g)).toHaveLength(2 * 60);
    expect(page.match(/<circle class="parted"/g)).toHaveLength(2);
    expect(page).toContain('features.31: error 4.0e-2, noise 2.0e-7');
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('says how the error along the network is drawn, where it was not measured and something was compared', () => {
    const told = 'mobileone verify net.onnx net.fused.onnx --bisect --html FILE';
    const named = { source: { ...model().source, path: 'net.onnx' } };
    const pageOf = (given: Parameters<typeof artefact>[0]) =>
      reportPage(reportOf([model({ ...named, artefacts: [artefact({ path: 'net.fused.onnx', ...given })] })]));
    expect(pageOf({})).toContain(told);
    expect(pageOf({ check: null })).not.toContain(told);
  });

  test('draws an error of 0, and leaves out what is no number', () => {
    const alongDepth = [
      { value: 'y', depth: 1, error: 0, noise: null },
      { value: 'z', depth: 2, error: null, noise: null },
    ];
    const { parted, ...rest } = toldInFull();
    const page = reportPage(
      reportOf([model({ candidates: [{ ...rest, parted: parted && { ...parted, value: 'y', alongDepth } }] })]),
    );
    expect(page.match(/<circle class="dot"/g)).toHaveLength(2);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('draws errors from the input on, though branches come one behind the other', () => {
    const told = toldInFull();
    const alongDepth = [3, 1, 2, 1].map((depth, i) => ({ value: `v${i}`, depth, error: 1e-7 * (i + 1), noise: 1e-7 }));
    const parted = told.parted && { ...told.parted, alongDepth };
    const page = reportPage(reportOf([model({ candidates: [{ ...told, parted }] })]));
    const lines = [...page.matchAll(/<path class="path [a-z]+" d="M([^"]*)"/g)].map(([, d = '']) => d.split('L'));
    expect(lines).toHaveLength(4);
    for (const line of lines) {
      const places = line.map((point) => Number(point.split(',')[0]));
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(places).toHaveLength(4);
    }
  });

  test('shows the worst samples, with pictures where there are any', () => {
    const thumbnails = new Map([['one/0100.png', 'data:image/png;base64,AAAA']]);
    const page = reportPage(reportOf([model({ candidates: [toldInFull()] })]), thumbnails);
    expect(page.match(/<img src="data:image\/png;base64,AAAA"/g)).toHaveLength(1);
    for (const words of [
      '0.935 [0.925, 0.945]',
      'seven became one',
      'resized to 256, bilinear; cropped to 224 x 224',
    ]) {
      expect(page).toContain(words);
    }
  });

  test('keeps names from strangers text', () => {
    const page = reportPage(hostile);
    expect(page).toContain('&lt;script>alert(1)&lt;/script>');
    expect(page).not.toMatch(/<script|<[^>]* onload=x[^"]*>|\p{Cc}\p{Cc}|\uffff/u);
    expect(page).not.toContain('\u0000');
  });
});

describe('a job summary', () => {
  test('has the verdict first, and each section on a line of its own, so that Markdown leaves it alone', () => {
    const text = jobSummary(hostile, 900_000);
    expect(text).not.toMatch(/<script/);
    for (const line of text.split('\n\n').filter((each) => each !== ''))
      expect(line).toMatch(/^<(header|section|h3|p)[ >][^\n]*$/);
    expect(text.indexOf('answer')).toBeLessThan(text.indexOf('not merged'));
  });

  test('leaves out whole sections, from the end, and says how many', () => {
    const notes = Array.from({ length: 200 }, (_, i) => `note ${i}`);
    const report = reportOf([
      model({ notes, artefacts: [artefact()], declined: [{ sources: [], reason: 'x'.repeat(1000) }] }),
    ]);
    const whole = jobSummary(report, 900_000);
    const sections = (text: string) => text.split('\n\n').length;
    const cut = jobSummary(report, whole.length - 1);
    expect(new TextEncoder().encode(cut).length).toBeLessThan(whole.length);
    expect(whole.startsWith(cut.slice(0, cut.lastIndexOf('<p>')))).toBe(true);
    expect(cut).toMatch(/<p>1 section is left out/);
    expect(sections(cut)).toBe(sections(whole) - 1);
    expect(jobSummary(report, 10)).toBe('');
  });
});
