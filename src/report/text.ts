/** Names from strangers are cut here. */
const LONGEST_NAME = 120;

/** An error's clause may list several names and reasons. */
const LONGEST_LINE = 2000;

const PLAIN = /^[ -~]*$/;

/**
 * Controls, format characters (among them those that turn the direction of text or do not show), lone surrogates and the
 * separators of lines and paragraphs: a terminal or a log would obey them. And what is no character: XML cannot hold it.
 * For nearly every text the tables of Unicode, which take milliseconds to open, stay closed.
 */
function escapeUnsafe(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

function cut(text: string, length: number): string {
  // By code points, so that no half of a pair is left; the slice first, because names can be megabytes.
  const points = Array.from(text.slice(0, 2 * length + 2));
  return points.length > length ? `${points.slice(0, length - 1).join('')}…` : text;
}

/** A name as a terminal can show it: controls escaped, at most 120 characters. */
export function showName(name: string): string {
  return cut(escapeUnsafe(cut(name, LONGEST_NAME)), LONGEST_NAME);
}

/** A sentence of ours with names in it: one line, controls escaped. */
export function showLine(line: string): string {
  return cut(escapeUnsafe(cut(line, LONGEST_LINE)), LONGEST_LINE);
}
