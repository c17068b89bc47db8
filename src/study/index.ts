export * from './explain/index.js';
export * from './latency/index.js';
export { type Form, type NetworkForm, type NetworkOptions, type StudiedNetwork, studyNetwork } from './network.js';
export * from './static/index.js';
