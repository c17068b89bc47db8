import { Command } from 'commander';
import type { CommandDefinition } from '../commands/command.js';
import { CONFIG, flagsOf } from '../commands/output-options.js';
import { configuredOptions } from './configured-options.js';
import { addFlags, givenFlags, splitFlags } from './flags.js';
import { fitHelp } from './help.js';
import { ProgressLine } from './progress.js';
import { show } from './show.js';

/** A command as commander runs it. @param finish hears the exit code */
export function commanderCommand(definition: CommandDefinition, finish: (exitCode: number) => void): Command {
  const { name, summary, description, examples } = definition;
  const declared = definition.options();
  const command = new Command(name).summary(summary).description(description);
  for (const { syntax, help } of definition.arguments) command.argument(syntax, help);
  if (definition.isConfigurable) addFlags(command, { config: CONFIG });
  addFlags(command, declared);
  addFlags(command, flagsOf(definition));
  return fitHelp(command, examples).action(async () => {
    const { options, output, config } = splitFlags(givenFlags(command), declared);
    const configured = definition.isConfigurable ? await configuredOptions(definition, config) : undefined;
    const freeMemory = definition.goesThroughSamples ? (await import('./small-heap.js')).keepHeapSmall() : undefined;
    const progress = output.quiet ? undefined : new ProgressLine(process.stderr);
    // One that may be left out is undefined then.
    const given = command.processedArgs.flat().filter((each) => each !== undefined);
    const told = await definition
      .run(
        given.map(String),
        { ...configured?.options, ...options },
        {
          onProgress(step) {
            freeMemory?.(step);
            progress?.show(step);
          },
          isReportRead: output.json,
        },
      )
      .finally(() => progress?.clear());
    await show(told, output, { configured, isScript: definition.isScript });
    finish(told.error?.exitCode ?? 0);
  });
}
