import type { MobileoneError } from '../model/index.js';
import type { ErrorReport } from './report.js';
import { showLine, showName } from './text.js';

/** An error as data. @param file what it is about where the error does not say, as the user gave it */
export function reportError(error: MobileoneError, file?: string): ErrorReport {
  return {
    kind: error.name,
    what: error.what,
    file: error.where.file ?? file ?? null,
    node: error.where.node ?? null,
    value: error.where.value ?? null,
    todo: error.todo ?? null,
  };
}

/** The one line that an error is: `mobileone: FILE: what is wrong (node, value); what to do`. */
export function errorLine({ what, file, node, value, todo }: ErrorReport): string {
  const place = [node && `node ${showName(node)}`, value && `value ${showName(value)}`].filter(Boolean).join(', ');
  const start = file === null ? 'mobileone: ' : `mobileone: ${showName(file)}: `;
  return `${start}${showLine(what)}${place && ` (${place})`}${todo ? `; ${showLine(todo)}` : ''}`;
}

/** What is said of a defect of ours: where it happened, and how to report it. */
export function defectText(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = stack.split('\n').map((line) => showLine(line));
  return [
    `mobileone: a defect in mobileone itself: ${lines[0] ?? ''}`,
    ...lines.slice(1),
    'mobileone: please report this with the lines above, the command, and the output of `mobileone --version`',
  ].join('\n');
}
