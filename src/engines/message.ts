import { tmpdir } from 'node:os';
import { homeFolder, workingFolder } from '../files/index.js';

const LONGEST = 400;

/**
 * What an engine says, as part of one line: no paths of this machine or of the engine's own sources, no characters that
 * a terminal obeys, cut where it runs on, and without a full stop at its end.
 */
export function engineMessage(text: string): string {
  // Long messages are cut before anything walks over them; what follows only shortens or escapes a few characters.
  let message = text.slice(0, 4 * LONGEST);
  for (const folder of [workingFolder(), homeFolder(), tmpdir()]) {
    if (folder && folder.length > 1) message = message.replaceAll(folder, '…');
  }
  message = message
    .replace(/(?:file:\/\/)?\S*[\\/][^\s\\/:]+\.(?:cc|cpp|h|hpp|[cm]?js)(?::\d+)*/g, '')
    // Who asked for a module that is not there is of no use without the paths.
    .replace(/\s+Require stack:[\s-]*$/, '')
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
    .trim()
    .replace(/(?<!\.)\.$/, '');
  return message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message;
}
