import type { Report } from '../report/index.js';

const reports = new WeakMap<Error, Report>();

/** The report of the run that threw this error: figures are needed most where something does not pass. */
export function reportOf(error: unknown): Report | undefined {
  return error instanceof Error ? reports.get(error) : undefined;
}

/** Keeps the report of a run for who catches its error. @returns the error */
export function rememberReport(error: Error, report: Report): Error {
  reports.set(error, report);
  return error;
}
