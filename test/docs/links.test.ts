import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { anchorsOf, linksOf, pages, ROOT, read } from './markdown.js';

const isElsewhere = (link: string) => /^[a-z]+:/.test(link);

/** What is wrong with a link of a page, or nothing. */
function fault(page: string, link: string): string | undefined {
  const [file = '', anchor] = decodeURIComponent(link).split('#');
  const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
  if (!fs.existsSync(path.join(ROOT, target))) return `${page}: ${link}: no such file`;
  if (anchor === undefined) return undefined;
  return anchorsOf(read(target)).has(anchor) ? undefined : `${page}: ${link}: no such heading`;
}

/** Links of a page that stay in this repository. */
const ownLinks = (page: string) => linksOf(read(page)).filter((link) => !isElsewhere(link));

describe('links', () => {
  test('lead to files and headings that are there', () => {
    const links = pages().flatMap((page) => ownLinks(page).map((link) => ({ page, link })));
    expect(links.length).toBeGreaterThan(50);
    expect(links.flatMap(({ page, link }) => fault(page, link) ?? [])).toEqual([]);
  });

  test('are faults where a file or a heading is missing', () => {
    expect(fault('docs/ci.md', 'nowhere.md')).toMatch(/no such file/);
    expect(fault('docs/ci.md', 'verify.md#nowhere')).toMatch(/no such heading/);
    expect(fault('docs/ci.md', '#nowhere')).toMatch(/no such heading/);
    expect(fault('docs/ci.md', 'verify.md#on-your-data')).toBeUndefined();
  });

  // The registry shows the README beside what is packed.
  test('of what is packed lead to what is packed', () => {
    const [{ files }]: [{ files: { path: string }[] }] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {
        cwd: ROOT,
        encoding: 'utf8',
        shell: process.platform === 'win32',
      }),
    );
    const packed = files.map((file) => file.path);
    const links = ownLinks('README.md').map((link) => link.replace(/#.*/, '').replace(/\/$/, ''));
    expect(links.length).toBeGreaterThan(10);
    const isPacked = (link: string) => packed.some((file) => file === link || file.startsWith(`${link}/`));
    expect(links.filter((link) => link !== '' && !isPacked(link))).toEqual([]);
  });
});
