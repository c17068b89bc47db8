import type { Command, Help } from 'commander';
import { wrap } from './wrap.js';

/** As commander takes it where there is no terminal. */
const WIDTH = 80;

/** Below so many columns what an option does stands on a line of its own. */
const BESIDE = 72;

/** Makes the help of a command fit the terminal. @param after what it says behind the options, in lines of any width */
export function fitHelp(command: Command, after: string): Command {
  return command
    .configureHelp({ minWidthToWrap: 1, formatItem, styleUsage })
    .addHelpText('after', () => wrap(after, command.configureOutput().getOutHelpWidth?.()));
}

function formatItem(this: Help, term: string, termWidth: number, description: string, helper: Help): string {
  const width = helper.helpWidth ?? WIDTH;
  const indent = '  ';
  if (width < BESIDE) {
    const below = wrap(`${indent}${indent}${indent}${description}`, width).replace(/\n {8}/g, '\n      ');
    return description === '' ? indent + term : `${indent}${term}\n${below}`;
  }
  const column = termWidth + 2;
  const told = helper.boxWrap(description, width - column - indent.length);
  return `${indent}${term.padEnd(column)}${told.replace(/\n/g, `\n${' '.repeat(column + indent.length)}`)}`.trimEnd();
}

function styleUsage(this: Help, usage: string): string {
  return wrap(`Usage: ${usage}`, this.helpWidth ?? WIDTH).slice('Usage: '.length);
}
