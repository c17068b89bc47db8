import type { CommandDefinition } from '../command.js';
import { studyOptions } from './options.js';

const EXAMPLES = `
Examples:
  mobileone study model.onnx
      what it costs as it is given and fused, and how long it takes in every engine that is there
  mobileone study networks --form fused --engine native --threads 1 --csv study.csv
      every ONNX file of a folder, fused, in ONNX Runtime on one thread
  mobileone study model.onnx --no-latency --max-macs 300e6 --max-params 5e6
      a gate for a pipeline, in milliseconds: exit code 7 where the network is larger
  mobileone study model.onnx --form fused --profile --trace trace.json
      which layers of it take the time, how far each is from what the machine could do, and where it comes from
  mobileone study model.onnx --advice --engine native
      what would make it faster there, each change measured on a copy
  mobileone study --ablate activation,se
      what activations and squeeze-excites cost on this machine, in a plain network of thirty convolutions
  mobileone study model.onnx --report now.json --compare before.json
      exit code 7 where it became slower`;

/** `mobileone study MODEL…` */
export const studyCommand: CommandDefinition = {
  name: 'study',
  summary: 'what costs time on this machine',
  description:
    'Counts networks as they are given and as convert would write them, and times them in every engine that is there: warm, in ' +
    'turns of random order, with medians and their median absolute deviations (MAD). Multiply-accumulates are those of Conv, ' +
    'ConvTranspose, Gemm and MatMul, and activations their results, as timm counts them. Parameters are what was trained: ' +
    'without running statistics, and without scalars. While batch norms are nodes their scales and shifts count, so that a ' +
    'source has as many parameters as its framework says; once they are folded into convolutions they are gone. Bytes moved ' +
    'are those of every operand once and every result once. Sizes that the file leaves open are batch 1, 224 by 224 for ' +
    'images and 8 for all else, unless --shape says others.',
  arguments: [{ syntax: '[model...]', help: 'ONNX files, or folders of them; none with --ablate' }],
  examples: EXAMPLES,
  options: studyOptions,
  isConfigurable: true,
  goesThroughSamples: false,
  async run(models, options, { onProgress }) {
    const { studyAll, studyJson } = await import('./study.js');
    const { studySummary } = await import('./summary.js');
    const { report, error } = await studyAll(models, { ...options, onProgress });
    return {
      error,
      errors: report.errors,
      summary: (shown) => studySummary(report, shown),
      json: () => studyJson(report),
    };
  },
};
