export { mad, median } from '../../median.js';
export { bootstrapInterval } from './bootstrap.js';
export { pearson, ranks, spearman } from './correlation.js';
export { type Cases, fitRelative, predict, predictLeftOut } from './least-squares.js';
export { probabilityOf } from './significance.js';
