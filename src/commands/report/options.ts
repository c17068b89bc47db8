import { type Declaration, path } from '../../option-kinds.js';
import { expectKnown, present } from '../reading-options.js';
import { REPORTS, type ReportOptions } from '../report-options.js';

/** What a merge of parts can be asked. */
export interface MergeOptions extends ReportOptions {
  /** Writes the report to this file, as JSON. */
  readonly report?: string | undefined;
}

/** How each of them is read and judged. */
export const mergeOptions = (): Readonly<Record<keyof MergeOptions, Declaration>> => ({
  report: { kind: path, flag: '--report <file>', help: 'writes the report as JSON' },
  ...REPORTS,
});

/** @throws UsageError for an unknown key or an impossible value */
export function resolveMerge(given: MergeOptions): MergeOptions {
  expectKnown(given, mergeOptions());
  return present(given);
}
