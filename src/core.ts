/** What needs no Node: reading, fusing and writing models. A browser imports this as `mobileone/core`. */
export type { Artefact, FormatDeclaration, Lowered, LowerOptions, Target } from './formats/format.js';
export { formats } from './formats/index.js';
export { type ReadOptions, readOnnx, writeOnnx } from './formats/onnx/index.js';
export * from './model/index.js';
export type { MergedBlock } from './passes/merged-blocks.js';
export { Changes, type Declined } from './passes/pass.js';
export { type OptimizeOptions, optimize } from './passes/pipeline.js';
export { VERSION } from './version.js';
