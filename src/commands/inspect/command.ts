import type { CommandDefinition } from '../command.js';
import { tellReport } from '../tell-report.js';
import { inspectOptions } from './options.js';
import { fusibleLine, inspectSummary } from './summary.js';

const EXAMPLES = `
Examples:
  mobileone inspect mobileone_s0.onnx
      what is in it, what fusing would leave, and what each target supports
  mobileone inspect mobileone_s0.onnx --nodes
      also every node and value by the names that --keep-fp32 and --outputs of convert take
  mobileone inspect mobileone_s0.onnx --diff mobileone_s0.mlpackage
      which nodes became which, in a file of any format
  mobileone inspect models/*.onnx
      each of them, and a table at the end
  mobileone inspect deployed.onnx --expect-fused -q
      a gate for a pipeline: exit code 7 where a block can still be fused`;

/** `mobileone inspect MODEL…` */
export const inspectCommand: CommandDefinition = {
  name: 'inspect',
  summary: 'what is in the file and what each target supports',
  description:
    'Shows inputs, outputs, counts before and after fusing, what could not be fused and why, and what each target ' +
    'supports. Runs no engine and writes no model. Parameters are the elements of all floating-point initialisers, ' +
    'running statistics included; multiply-accumulates are those of Conv, ConvTranspose, Gemm and MatMul at batch 1.',
  arguments: [{ syntax: '<model...>', help: 'ONNX files' }],
  examples: EXAMPLES,
  options: inspectOptions,
  isConfigurable: false,
  goesThroughSamples: false,
  async run(models, options, { isReportRead }) {
    const { inspectAll } = await import('./inspect.js');
    const outcome = await inspectAll(models, options, { isReportRead });
    const fusible = outcome.report.models.reduce((sum, { fused }) => sum + fused.length, 0);
    // What a gate of a pipeline found is one line, which the log has.
    const { jobSummary: _, ...told } = tellReport(outcome, inspectSummary, [fusibleLine(fusible)]);
    return told;
  },
};
