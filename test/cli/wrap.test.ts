import { Command } from 'commander';
import { expect, test } from 'vitest';
import { commanderCommand } from '../../src/cli/commander-command.js';
import { wrap } from '../../src/cli/wrap.js';
import { commands } from '../../src/commands/index.js';

test.each([
  ['two words', 80, 'two words'],
  ['    y: error 2.8e-5, limit 4.4e-5, noise 2.2e-6', 30, '    y: error 2.8e-5, limit\n      4.4e-5, noise 2.2e-6'],
  ['  noise  how far two right runs differ', 30, '  noise  how far two right\n         runs differ'],
  ['  nodes          232          29    8.00x', undefined, '  nodes          232          29    8.00x'],
  // What is one word stays one: it can be copied.
  ['note: /a/path/that/is/longer/than/the/line is one', 20, 'note:\n  /a/path/that/is/longer/than/the/line\n  is one'],
  ['\u001b[32mgood good good\u001b[39m good good', 24, '\u001b[32mgood good good\u001b[39m good good'],
  // A line that is coloured as a whole stands in as far as without.
  ['\u001b[33m    note: what was read\u001b[39m', 20, '\u001b[33m    note: what was\n      read\u001b[39m'],
  ['one\n\n  two\n', 20, 'one\n\n  two\n'],
])('%j at %s columns', (text, width, wrapped) => {
  expect(wrap(text, width)).toBe(wrapped);
});

/** The help of a command on a terminal of so many columns. */
function helpAt(columns: number, definition: (typeof commands)[number]): string {
  let help = '';
  const program = new Command('mobileone');
  const command = commanderCommand(definition, () => {});
  program.addCommand(command);
  command.configureOutput({
    getOutHelpWidth: () => columns,
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  return help;
}

test.each(
  commands.flatMap((definition) => [40, 80, 120].map((columns) => [definition.name, columns, definition] as const)),
)('the help of %s fits %i columns, but for words that are longer, and loses no word', (_, columns, definition) => {
  const help = helpAt(columns, definition);
  const wide = help.split('\n').filter((line) => line.length > columns);
  expect(wide.filter((line) => line.trim().includes(' '))).toEqual([]);
  const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');
  expect(words(help)).toEqual(words(helpAt(1000, definition)));
});
