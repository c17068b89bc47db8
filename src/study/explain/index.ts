export { correlate, type Observation, type Observed } from './correlations.js';
export { familyOf } from './family.js';
export { METRICS } from './metrics.js';
export type { CorrelationReport, ExplainedReport, TimeModelReport } from './report.js';
export { fitTimeModel } from './time-model.js';
