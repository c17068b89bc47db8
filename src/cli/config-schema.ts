import type { CommandDefinition } from '../commands/command.js';
import type { JsonSchema } from '../option-kinds.js';

/** The JSON schema of configuration files: a section for each command that reads them, with the options that it declares. */
export function configSchema(commands: readonly CommandDefinition[]): JsonSchema {
  const configurable = commands.filter(({ isConfigurable }) => isConfigurable);
  const sections = configurable.map((command) => [command.name, sectionSchema(command)] as const);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://unpkg.com/mobileone/dist/config.schema.json',
    title: 'Configuration of mobileone',
    type: 'object',
    properties: { $schema: { type: 'string' }, ...Object.fromEntries(sections) },
    additionalProperties: false,
  };
}

function sectionSchema({ name, options }: CommandDefinition): JsonSchema {
  const properties = Object.entries(options()).flatMap(([key, { kind, help }]) => {
    const schema = kind.schema();
    return schema ? [[key, { description: help, ...schema }] as const] : [];
  });
  return {
    description: `Options of mobileone ${name}; flags win`,
    type: 'object',
    properties: Object.fromEntries(properties),
    additionalProperties: false,
  };
}
