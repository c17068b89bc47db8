import { Command } from 'commander';
import { INSPECT_OPTIONS } from '../commands/inspect/options.js';
import { inspectSummary } from '../report/index.js';
import { addFlags, addOutputFlags, splitFlags } from './flags.js';
import { showReport } from './show.js';

const EXAMPLES = `
Examples:
  mobileone inspect mobileone_s0.onnx
      what is in it, what fusing would leave, and what each target supports
  mobileone inspect mobileone_s0.onnx --nodes
      also every node and value by the names that --keep-fp32 and --outputs of convert take
  mobileone inspect deployed.onnx --expect-fused -q
      a gate for a pipeline: exit code 7 where a block can still be fused`;

/** `mobileone inspect MODEL` @param finish hears the exit code */
export function inspectCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('inspect')
    .summary('what is in the file and what each target supports')
    .description(
      'Shows inputs, outputs, counts before and after fusing, what could not be fused and why, and what each target ' +
        'supports. Runs no engine and writes no model. Parameters are the elements of all floating-point initialisers, ' +
        'running statistics included; multiply-accumulates are those of Conv, ConvTranspose, Gemm and MatMul at batch 1.',
    )
    .argument('<model>', 'ONNX file');
  return addOutputFlags(addFlags(command, INSPECT_OPTIONS))
    .addHelpText('after', EXAMPLES)
    .action(async (model: string, flags: Record<string, unknown>) => {
      const { options, output } = splitFlags(flags, INSPECT_OPTIONS);
      const { inspectAll } = await import('../commands/inspect/inspect.js');
      const outcome = await inspectAll(model, options);
      await showReport(outcome, output, inspectSummary);
      finish(outcome.report.exitCode);
    });
}
