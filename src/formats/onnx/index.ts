export type { ExternalData } from './external-data.js';
export { type ReadOptions, readOnnx } from './read.js';
export { simulateFloat16 } from './simulate-float16.js';
export { type SwitchableFloat16, switchableFloat16 } from './switchable-float16.js';
export { onnx } from './target.js';
export { writeOnnx } from './write.js';
