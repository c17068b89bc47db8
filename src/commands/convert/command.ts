import type { CommandDefinition } from '../command.js';
import { tellReport } from '../tell-report.js';
import { convertOptions } from './options.js';
import { convertSummary } from './summary.js';

const EXAMPLES = `
Examples:
  mobileone convert mobileone_s0.onnx
      fuses the network and writes mobileone_s0.fused.onnx here, checked against the source
  mobileone convert model.onnx --to onnx,tfjs,litert,coreml -o dist
      writes all four targets, or none of them
  mobileone convert model.onnx --to coreml --image rgb --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225
      writes a package that takes an image and normalises it itself
  mobileone convert model.onnx --precision fp16 --inputs images.npy --report report.json
      judges the rounding on your own data, and keeps the figures

Words of the summary, for each output:
  error       largest difference from the source, as a share of its largest number
  limit       the error that passes: by precision, more where the source is noisy; or --tolerance
  noise       how far two right runs of the source differ from each other
  equal       share of equal numbers, where they are integers: all have to be
  top1        share of rows whose largest number is at the same place, where that is not all
  rows moved  rows that a selection (TopK, NonMaxSuppression, ...) put in another place by rounding`;

/** `mobileone convert MODEL…` */
export const convertCommand: CommandDefinition = {
  name: 'convert',
  summary: 'fuse, write the targets, check what was written',
  description:
    'Merges the branches of a network into single convolutions, writes it for the targets, opens what was written and ' +
    'compares its answers with those of the source. A file is put in place only when they are equal.',
  arguments: [{ syntax: '<model...>', help: 'ONNX files' }],
  examples: EXAMPLES,
  options: convertOptions,
  isConfigurable: true,
  goesThroughSamples: false,
  async run(models, options, { onProgress }) {
    const { convertAll } = await import('./convert.js');
    return tellReport(await convertAll(models, { ...options, onProgress }), convertSummary);
  },
};
