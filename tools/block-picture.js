// Draws docs/block.svg, which the README shows: the most common block of the network that its first command converts, before and after,
// as the page of that conversion (`--html`) draws it. The program is built already.
// node tools/block-picture.js
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STYLE } from '../dist/report/page/style.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const NETWORK = 'fixtures/digits/digits_ts13_bn/model.onnx';
const MARGIN = 20;
const CAPTION = 28;
const BETWEEN = 140;

/** The first two drawings of a page: a block as it was, and as it is. */
function drawings(page) {
  const found = [
    ...page.matchAll(/<svg width="(\d+)" height="(\d+)"[^>]*aria-label="([^"]*)"[^>]*>([\s\S]*?)<\/svg>/g),
  ];
  if (found.length < 2) throw new Error('the page shows no block');
  return found
    .slice(0, 2)
    .map(([, width, height, title, content]) => ({ width: Number(width), height: Number(height), title, content }));
}

function picture([before, after]) {
  const width = before.width + BETWEEN + Math.max(after.width, 100) + 2 * MARGIN;
  const height = before.height + CAPTION + 2 * MARGIN;
  const middle = MARGIN + CAPTION + before.height / 2;
  const right = MARGIN + before.width + BETWEEN;
  const from = MARGIN + before.width + 24;
  const to = right - 24;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${before.title} become ${after.title}</title>
<style>${rules()}</style>
<rect class="paper" width="${width}" height="${height}"/>
<text class="caption" x="${MARGIN}" y="${MARGIN + 10}">${before.title}</text>
<svg x="${MARGIN}" y="${MARGIN + CAPTION}" width="${before.width}" height="${before.height}"><title>${before.title}</title>${before.content}</svg>
<path class="edge" d="M${from},${middle}H${to - 7}"/><path class="head" d="M${to},${middle}l-9,-5v10z"/>
<text class="caption" x="${right}" y="${MARGIN + 10}">${after.title}</text>
<svg x="${right}" y="${middle - after.height / 2}" width="${after.width}" height="${after.height}"><title>${after.title}</title>${after.content}</svg>
</svg>
`;
}

/** Of the page's style what a drawing needs, by day and by night. */
function rules() {
  const colours = STYLE.slice(0, STYLE.indexOf('* {'));
  const shapes = STYLE.split('\n').filter((line) => line.startsWith('svg ') && !line.includes('.grid'));
  return `${colours}${shapes.join('\n')}
svg text { font: 12px system-ui, -apple-system, Segoe UI, Roboto, sans-serif; fill: var(--ink); }
svg .caption { font-size: 14px; fill: var(--faint); } .paper { fill: var(--paper); }
`;
}

const folder = mkdtempSync(join(tmpdir(), 'block-picture-'));
try {
  const page = join(folder, 'page.html');
  execFileSync(process.execPath, [
    join(root, 'bin', 'mobileone.js'),
    'convert',
    join(root, NETWORK),
    '--quiet',
    '--html',
    page,
    '-o',
    folder,
  ]);
  writeFileSync(join(root, 'docs', 'block.svg'), picture(drawings(readFileSync(page, 'utf8'))));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
