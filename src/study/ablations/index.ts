export { macsOfVariants } from './ablations.js';
export { ablationLines } from './lines.js';
export { runAblation } from './run-ablation.js';
