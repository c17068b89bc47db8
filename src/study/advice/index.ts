export { type Advice, advise } from './advise.js';
export { adviceLines } from './lines.js';
