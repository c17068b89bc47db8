export * from './ablations/index.js';
export * from './advice/index.js';
export * from './explain/index.js';
export * from './latency/index.js';
export {
  type Form,
  type NetworkForm,
  type NetworkOptions,
  type OpenNetwork,
  type StudiedNetwork,
  studyNetwork,
  withNetwork,
} from './network.js';
export * from './profile/index.js';
export * from './static/index.js';
export { measuring } from './timing.js';
