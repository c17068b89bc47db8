import { Command } from 'commander';
import type { CommandDefinition } from '../commands/command.js';
import { CONFIG, flagsOf } from '../commands/output-options.js';
import { UsageError } from '../model/index.js';
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
    const given = argumentsOf(command);
    const told = await definition
      .run(
        given,
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

/** @throws UsageError where one is empty: a variable of a script that was never set */
function argumentsOf(command: Command): string[] {
  // One that may be left out is undefined then.
  const given = command.processedArgs.flat().filter((each) => each !== undefined);
  const empty = given.indexOf('') + 1;
  if (empty > 0)
    throw new UsageError({ what: `argument ${empty} is empty`, todo: `see mobileone help ${command.name()}` });
  return given.map(String);
}
