export { STUDY_ENGINES, type StudyEngine } from './engine-list.js';
export { type MissingEngine, type StartedEngine, startStudyEngines } from './engines.js';
export { estimateSeconds, type Planned } from './estimate.js';
export { type Latency, type MeasuringOptions, measureLatency, type NotTimed, PLAN } from './measure.js';
export { NOISY, noiseOf } from './noise.js';
export { type Prepared, prepareNow, putAside, type Subject, type SubjectParts, subjectOf } from './subject.js';
