export { convert, reportOf } from './convert.js';
export * from './core.js';
export { inspect } from './inspect.js';
export type { ConvertOptions, InspectOptions, Progress, Shapes } from './options.js';
export type * from './report/index.js';
