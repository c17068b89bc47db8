// Prints as JSON the milliseconds of the ways to write MobileOne S0 for TensorFlow.js that were tried, in the wasm backend.
// node bench/tools/tfjs-variants.js FUSED.tfjs UNFUSED.tfjs
import { readFolder, tfjsLatency, withActivationsApart } from './tfjs-latency.js';

const [fused, unfused] = process.argv.slice(2).map(readFolder);
const variants = new Map([
  ['as written', fused],
  ['biases and activations as nodes of their own', withActivationsApart(fused)],
  ['branches not merged', unfused],
]);
console.log(JSON.stringify(Object.fromEntries(await tfjsLatency(variants, [1, 224, 224, 3]))));
