import type { StudyReport } from './report.js';

const reports = new WeakMap<Error, StudyReport>();

/** The report of the study that threw this error: figures are needed most where a gate is not met. */
export function studyOf(error: unknown): StudyReport | undefined {
  return error instanceof Error ? reports.get(error) : undefined;
}

/** Keeps the report of a study for who catches its error. @returns the error */
export function rememberStudy(error: Error, report: StudyReport): Error {
  reports.set(error, report);
  return error;
}
