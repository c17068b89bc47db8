import type { CommandDefinition } from '../command.js';
import { bashScript } from './bash.js';
import { fishScript } from './fish.js';
import { powershellScript } from './powershell.js';
import { type CommandWords, wordsOf } from './words.js';
import { zshScript } from './zsh.js';

const SCRIPTS: ReadonlyMap<string, (commands: readonly CommandWords[]) => string> = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
  ['powershell', powershellScript],
]);

/** What a shell reads to complete these commands; empty for one that is not known. */
export function completionScript(shell: string, commands: readonly CommandDefinition[]): string {
  return SCRIPTS.get(shell)?.(wordsOf(commands)) ?? '';
}
