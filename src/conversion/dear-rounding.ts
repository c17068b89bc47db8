import type { FiguresReport } from '../check/report.js';

/** Why rounding costs too much: by the price that is said anyway, or by what is said here, as by what scaled inputs lose. */
export function dearRounding(outputs: readonly Pick<FiguresReport, 'failures'>[]): string {
  const failures = outputs.flatMap((output) => output.failures);
  const other = failures.some(isPrice) ? undefined : failures[0];
  return `rounding would cost too much${other === undefined ? '' : ` (${other})`}`;
}

const isPrice = (failure: string): boolean => failure.startsWith('l2 ');
