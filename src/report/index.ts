export { defectText, errorLine, reportError } from './error-line.js';
export { failureJson, reportJson } from './json.js';
export type * from './report.js';
export { type Colours, convertSummary, fusibleLine, inspectSummary, type SummaryOptions } from './summary.js';
export { showLine, showName } from './text.js';
