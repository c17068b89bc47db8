// Writes the JSON schema of configuration files, made from what the commands declare.
import { writeFileSync } from 'node:fs';
import { configSchema } from '../dist/cli/config-schema.js';
import { commands } from '../dist/commands/index.js';

writeFileSync('dist/config.schema.json', `${JSON.stringify(configSchema(commands), undefined, 2)}\n`);
