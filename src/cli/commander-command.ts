import { Command } from 'commander';
import type { CommandDefinition } from '../commands/command.js';
import { addFlags, addOutputFlags, splitFlags } from './flags.js';
import { ProgressLine } from './progress.js';
import { showReport } from './show.js';

/** A command as commander runs it. @param finish hears the exit code */
export function commanderCommand(definition: CommandDefinition, finish: (exitCode: number) => void): Command {
  const { name, summary, description, argument, examples } = definition;
  const declared = definition.options();
  const command = new Command(name).summary(summary).description(description).argument(argument.syntax, argument.help);
  return addOutputFlags(addFlags(command, declared))
    .addHelpText('after', examples)
    .action(async (given: string | string[], flags: Record<string, unknown>) => {
      const { options, output } = splitFlags(flags, declared);
      const progress = output.quiet ? undefined : new ProgressLine(process.stderr);
      const models = typeof given === 'string' ? [given] : given;
      const outcome = await definition.run(models, options, progress?.show).finally(() => progress?.clear());
      await showReport(outcome, output, definition.summarize);
      finish(outcome.report.exitCode);
    });
}
