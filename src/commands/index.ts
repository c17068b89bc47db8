import type { CommandDefinition } from './command.js';
import { completionCommand } from './completion/command.js';
import { convertCommand } from './convert/command.js';
import { doctorCommand } from './doctor/command.js';
import { inspectCommand } from './inspect/command.js';
import { reportCommand } from './report/command.js';
import { studyCommand } from './study/command.js';
import { verifyCommand } from './verify/command.js';

/** Every command, in the order of the help. Adding one is a folder, and a line here. */
export const commands: readonly CommandDefinition[] = [
  convertCommand,
  inspectCommand,
  verifyCommand,
  reportCommand,
  studyCommand,
  doctorCommand,
  completionCommand(() => commands),
];
