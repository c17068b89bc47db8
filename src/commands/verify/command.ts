import type { CommandDefinition } from '../command.js';
import { tellReport } from '../tell-report.js';
import { verifyOptions } from './options.js';
import { verifySummary } from './summary.js';

const EXAMPLES = `
Examples:
  mobileone verify model.onnx model.tfjs model.mlpackage
      are these the same function? on seeded inputs
  mobileone verify model.onnx slim.onnx --inputs images.npz --report report.json
      the same on your own data, figures kept
  mobileone verify model.onnx other.mlpackage --map input_1=image:0231
      where names, types and sizes leave it open which input is which, or how its axes lie`;

/** `mobileone verify REFERENCE CANDIDATE…` */
export const verifyCommand: CommandDefinition = {
  name: 'verify',
  summary: 'are these the same function, and on what was that tried?',
  description:
    'Opens a reference and candidates, ONNX and LiteRT files, TensorFlow.js graph models and Core ML packages of any tool in any mix, ' +
    'finds which inputs and outputs belong together, runs all on the same inputs and compares the answers.',
  arguments: [
    { syntax: '<reference>', help: 'ONNX or LiteRT file, TensorFlow.js folder or Core ML package' },
    { syntax: '<candidates...>', help: 'the same, one or more' },
  ],
  examples: EXAMPLES,
  options: verifyOptions,
  isConfigurable: true,
  goesThroughSamples: true,
  async run([reference = '', ...candidates], options, { onProgress }) {
    const { verifyAll } = await import('./verify.js');
    return tellReport(await verifyAll(reference, candidates, { ...options, onProgress }), verifySummary);
  },
};
