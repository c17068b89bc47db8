import type { Target, TargetName } from './format.js';

/** Every format that can be written, loaded when first asked for. Adding one is a folder, and a line here. */
export const targets: ReadonlyMap<TargetName, () => Promise<Target>> = new Map<TargetName, () => Promise<Target>>([
  ['onnx', async () => (await import('./onnx/index.js')).onnx],
  ['tfjs', async () => (await import('./tfjs/index.js')).tfjs],
  ['coreml', async () => (await import('./coreml/index.js')).coreml],
]);

export { LAST_IR_VERSION } from './onnx/opsets.js';

/** Reading and writing ONNX, which every source is read by and some artefacts are judged through; loaded when first used. */
export const loadOnnx = () => import('./onnx/index.js');

/** Reading Core ML, whose artefacts are judged by what they say in ONNX; loaded when first used. */
export const loadCoreml = () => import('./coreml/index.js');

/** Editing a source as decoded protobuf for the check; loaded when first used. */
export const loadReference = () => import('./onnx/reference.js');

export type { FedValue } from './onnx/reference.js';
