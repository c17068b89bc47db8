import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import GithubSlugger from 'github-slugger';
import { marked, type Token } from 'marked';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Block {
  /** The words behind the fence: the language, and where it runs. */
  readonly marks: readonly string[];
  readonly text: string;
}

/** What git has of this repository, with what is about to be added to it. */
export function repositoryFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT });
  return listed
    .toString()
    .split('\0')
    .filter((file) => file !== '' && fs.existsSync(path.join(ROOT, file)))
    .sort();
}

/** Every page that a person may read. */
export function pages(): readonly string[] {
  return repositoryFiles().filter((file) => file.endsWith('.md'));
}

export function read(page: string): string {
  return fs.readFileSync(path.join(ROOT, page), 'utf8');
}

/** Fenced blocks of a page, in lists and quotations too. */
export function blocksOf(text: string): readonly Block[] {
  return tokensOf(text).flatMap((token) =>
    token.type === 'code' && token.codeBlockStyle !== 'indented'
      ? [{ marks: (token.lang ?? '').split(/\s+/).filter(Boolean), text: token.text }]
      : [],
  );
}

/** Where links and pictures of a page lead. */
export function linksOf(text: string): readonly string[] {
  return tokensOf(text).flatMap((token) => (token.type === 'link' || token.type === 'image' ? [token.href] : []));
}

/** The anchors that GitHub gives the headings of a page. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const slugger = new GithubSlugger();
  return new Set(tokensOf(text).flatMap((token) => (token.type === 'heading' ? [slugger.slug(plain(token))] : [])));
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  marked.walkTokens(marked.lexer(text), (token) => {
    tokens.push(token);
  });
  return tokens;
}

/** The words of a heading without their markup. */
function plain(token: Token): string {
  if ('tokens' in token && token.tokens) return token.tokens.map(plain).join('');
  return 'text' in token ? token.text : '';
}
