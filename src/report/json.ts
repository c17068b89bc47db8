import type { ErrorReport, Report } from './report.js';

/** The report as JSON text. @throws TypeError where a number is none that JSON can hold: that is a defect */
export function reportJson(report: Report): string {
  const expectFinite = (key: string, value: unknown): unknown => {
    if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${key} is ${value} in the report`);
    return value;
  };
  return `${JSON.stringify(report, expectFinite, 2)}\n`;
}

/** What a pipeline reads where there is no report: wrong usage. */
export function failureJson(exitCode: number, error: ErrorReport): string {
  return `${JSON.stringify({ exitCode, error }, undefined, 2)}\n`;
}
