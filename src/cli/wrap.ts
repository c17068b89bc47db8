import { stripVTControlCharacters } from 'node:util';

/** Narrower than that nothing can be told from anything. */
const NARROWEST = 20;

/**
 * A text whose lines are at most so wide, where its words allow it. What goes on stands further in: below the words behind a
 * term and its gap, or two spaces in. Escapes that colour it take no room.
 * @param width columns; undefined: lines stay as they are
 */
export function wrap(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  const most = Math.max(width, NARROWEST);
  return text
    .split('\n')
    .map((line) => (widthOf(line) <= most ? line : wrapLine(line, most)))
    .join('\n');
}

function wrapLine(line: string, width: number): string {
  const hang = ' '.repeat(hangOf(stripVTControlCharacters(line), width));
  const lines: string[] = [];
  let current = '';
  let isEmpty = true;
  // A gap of several spaces belongs to the word before it, as long as they are on one line.
  for (const [, gap = '', word = ''] of line.matchAll(/( *)([^ ]+)/g)) {
    if (!isEmpty && widthOf(current) + gap.length + widthOf(word) > width) {
      lines.push(current);
      current = hang + word;
    } else current += gap + word;
    // An escape before the indent is no word.
    isEmpty &&= widthOf(word) === 0;
  }
  return [...lines, current].join('\n');
}

/** Where a line goes on: where a gap of two spaces or more ends, unless that leaves too little. */
function hangOf(line: string, width: number): number {
  const indent = line.length - line.trimStart().length;
  const term = /^ *[^ ]+(?: [^ ]+)* {2,}/.exec(line)?.[0].length ?? 0;
  return term > 0 && term <= width / 3 ? term : indent + 2;
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
