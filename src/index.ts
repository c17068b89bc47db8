export { convert, reportOf } from './commands/convert/convert.js';
export type { ConvertOptions } from './commands/convert/options.js';
export { inspect } from './commands/inspect/inspect.js';
export type { InspectOptions } from './commands/inspect/options.js';
export type { Shapes } from './commands/reading-options.js';
export * from './core.js';
export type * from './report/index.js';
export type { Progress } from './run/stations.js';
