export type * from '../commands/convert/report.js';
export type * from '../commands/inspect/report.js';
export { defectText, errorLine, reportError } from './error-line.js';
export { failureJson, reportJson } from './json.js';
export type * from './report.js';
export type { Colours, SummaryOptions } from './summary-lines.js';
export { showLine, showName } from './text.js';
