export { type Correlation, correlate, type Observation, type Observed } from './correlations.js';
export { familyOf } from './family.js';
export { METRICS } from './metrics.js';
export { type ExplainedNetwork, fitTimeModel, type TimeModel } from './time-model.js';
