export { type Advice, advise } from './advise.js';
export { adviceLine } from './lines.js';
