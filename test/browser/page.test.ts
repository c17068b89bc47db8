import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportPage } from '../../src/report/page/page.js';
import { STYLE } from '../../src/report/page/style.js';
import { Table } from '../../src/report/page/table.js';
import { artefact, HOSTILE, model, reportOf, toldInFull } from '../report/reports.js';
import { launchBrowser } from './browser.js';

/** Sixteen grey pixels. */
const PICTURE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAAAAACMmsGiAAAADklEQVR4nGNoYGBoYAAABocBgYdqBhcAAAAASUVORK5CYII=';

const WIDE_BLOCK = {
  node: HOSTILE,
  operator: HOSTILE,
  sources: [
    ...Array.from({ length: 12 }, () => ({ name: 'branch', operator: 'ConvTranspose', reads: [] })),
    { name: 'sum', operator: 'Sum', reads: Array.from({ length: 12 }, (_, i) => i) },
  ],
};

const report = reportOf([
  model({
    exitCode: 5,
    source: { ...model().source, path: HOSTILE },
    notes: ['x'.repeat(500)],
    fused: [WIDE_BLOCK],
    artefacts: [artefact({ path: `${'deep/'.repeat(20)}network.fused.onnx` })],
    candidates: [toldInFull()],
  }),
]);

describe('the page of a report, in a real browser', () => {
  let browser: Browser;
  let folder: string;
  let address: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mobileone-page-'));
    const file = join(folder, 'report.html');
    writeFileSync(file, reportPage(report, new Map([['one/0100.png', PICTURE]])));
    address = pathToFileURL(file).href;
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  async function opened(width: number): Promise<{ readonly page: Page; readonly said: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => {
      const url = request.url();
      if (url !== address && !url.startsWith('data:')) said.push(url);
    });
    await page.goto(address);
    return { page, said };
  }

  test.each([390, 1200])(
    'fits %i pixels, styled by its sheet, without a word of complaint or a request',
    async (width) => {
      const { page, said } = await opened(width);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await page.evaluate('getComputedStyle(document.querySelector(".verdict")).borderLeftWidth')).toBe('8px');
      expect(await page.evaluate('document.querySelector("img").naturalWidth')).toBe(4);
      expect(await page.locator('svg.wide').isVisible()).toBe(width > 720);
      expect(await page.locator('svg.narrow').isVisible()).toBe(width < 720);
      expect(said).toEqual([]);
      await page.close();
    },
  );

  test('a table of many columns, which is scrolled, leaves words to its names', async () => {
    const columns = [
      { title: 'network' },
      ...Array.from({ length: 14 }, (_, i) => ({ title: `synchronisations${i}`, isNumber: true })),
    ];
    const rows = [
      [h('code', null, '/networks/digits_ts13_bn/model.onnx'), ...columns.slice(1).map(() => '1.43 ± 0.12')],
    ];
    const table = renderToString(h('div', { class: 'scroll' }, h(Table, { columns, rows })));
    const page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
    await page.setContent(`<style>${STYLE}</style><body>${table}</body>`);
    for (const name of ['thead th', 'tbody td']) {
      expect((await page.locator(name).first().boundingBox())?.width).toBeGreaterThan(60);
    }
    expect((await page.locator('tbody tr').boundingBox())?.height).toBeLessThan(120);
    await page.close();
  });

  test('what strangers call things is text, and a script that got in would not run', async () => {
    const { page, said } = await opened(390);
    expect(await page.locator('h2').textContent()).toContain('<script>alert(1)</script>"\' onload=x ]]> &amp; \\u{0}');
    expect(await page.locator('script').count()).toBe(0);
    await page.evaluate(
      `document.body.insertAdjacentHTML('beforeend', '<img src="https://example.invalid/x.png"><b onclick="x">')`,
    );
    await page.waitForTimeout(100);
    const refused = said.filter((line) => line.includes('Content Security Policy'));
    expect(refused.sort()).toEqual([
      expect.stringMatching(/^Executing inline event handler violates .*The action has been blocked/),
      expect.stringMatching(/^Loading the image .* violates .*The action has been blocked/),
    ]);
    await page.close();
  });
});
