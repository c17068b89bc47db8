export { chromeTrace } from './chrome-trace.js';
export { engineProfiler } from './engine-profiler.js';
export { profileLines } from './lines.js';
export { timeNodeData } from './node-data.js';
export { measurePeaks, type Peaks, type Profiler } from './peaks.js';
export { type NetworkProfile, profileNetwork } from './profile-network.js';
