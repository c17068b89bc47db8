import { Command } from 'commander';
import { CONVERT_OPTIONS } from '../commands/convert/options.js';
import { convertSummary } from '../report/index.js';
import { addFlags, addOutputFlags, splitFlags } from './flags.js';
import { ProgressLine } from './progress.js';
import { showReport } from './show.js';

const EXAMPLES = `
Examples:
  mobileone convert mobileone_s0.onnx
      fuses the network and writes mobileone_s0.fused.onnx here, checked against the source
  mobileone convert model.onnx --to onnx,tfjs,coreml -o dist
      writes all three targets, or none of them
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

/** `mobileone convert MODEL…` @param finish hears the exit code */
export function convertCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('convert')
    .summary('fuse, write the targets, check what was written')
    .description(
      'Merges the branches of a network into single convolutions, writes it for the targets, opens what was written and ' +
        'compares its answers with those of the source. A file is put in place only when they are equal.',
    )
    .argument('<model...>', 'ONNX files');
  return addOutputFlags(addFlags(command, CONVERT_OPTIONS))
    .addHelpText('after', EXAMPLES)
    .action(async (models: string[], flags: Record<string, unknown>) => {
      const { options, output } = splitFlags(flags, CONVERT_OPTIONS);
      const progress = output.quiet ? undefined : new ProgressLine(process.stderr);
      const { convertAll } = await import('../commands/convert/convert.js');
      const watched = progress ? { ...options, onProgress: progress.show } : options;
      const outcome = await convertAll(models, watched).finally(() => progress?.clear());
      await showReport(outcome, output, convertSummary);
      finish(outcome.report.exitCode);
    });
}
