import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const SOURCES = new URL('../src/', import.meta.url).pathname;

/** Every exported function, class and constant of a module, and whether a comment for its readers stands before it. */
function exportsOf(text: string, file = 'module.ts'): ReadonlyMap<string, boolean> {
  const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const found = new Map<string, boolean>();
  for (const statement of statements) {
    if (!ts.canHaveModifiers(statement) || !ts.getModifiers(statement)?.some(isExport)) continue;
    const comments = ts.getLeadingCommentRanges(text, statement.pos) ?? [];
    const isDescribed = comments.some(({ pos }) => text.startsWith('/**', pos));
    // What is said of one way to call a function holds for all.
    for (const name of namesOf(statement)) found.set(name, isDescribed || found.get(name) === true);
  }
  return found;
}

const isExport = ({ kind }: ts.Modifier) => kind === ts.SyntaxKind.ExportKeyword;

function namesOf(statement: ts.Statement): string[] {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement))
    return [statement.name?.text ?? 'default'];
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.map(({ name }) => (ts.isIdentifier(name) ? name.text : '?'));
}

test('a function with no comment, or with one for its maker alone, is found', () => {
  const text = `
    /** What it gives. */
    export function described() {}
    // Why it is so.
    export const undescribed = 1, another = 2;
    export class Bare {}
    function inner() {}
    export type Shape = number;
  `;
  expect([...exportsOf(text)]).toEqual([
    ['described', true],
    ['undescribed', false],
    ['another', false],
    ['Bare', false],
  ]);
});

test('what a module exports says what it is, in which shapes and units, and what it throws', () => {
  const modules = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
  const found = modules.flatMap((file) =>
    Array.from(exportsOf(readFileSync(path.join(SOURCES, file), 'utf8'), file), ([name, isDescribed]) => ({
      name: `${file}: ${name}`,
      isDescribed,
    })),
  );
  expect(found.length).toBeGreaterThan(1000);
  expect(found.filter(({ isDescribed }) => !isDescribed).map(({ name }) => name)).toEqual([]);
});
