import { type Declaration, path } from '../option-kinds.js';

/** What else a command that judges artefacts can leave beside the report. */
export interface ReportOptions {
  /** Also writes the report to this file, as a page to read. */
  readonly html?: string | undefined;
  /** Also writes the report to this file, as test results in JUnit's XML. */
  readonly junit?: string | undefined;
}

/** How each of them is read and judged. */
export const REPORTS = {
  html: { kind: path, flag: '--html <file>', help: 'writes the report as a page to read, one file' },
  junit: { kind: path, flag: '--junit <file>', help: "writes the report as test results, in JUnit's XML" },
} satisfies Record<keyof ReportOptions, Declaration>;
