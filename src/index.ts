export { convert, reportOf } from './commands/convert/convert.js';
export { inspect } from './commands/inspect/inspect.js';
export * from './core.js';
export type { ConvertOptions, InspectOptions, Progress, Shapes } from './options.js';
export type * from './report/index.js';
