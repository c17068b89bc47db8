import fs from 'node:fs';
import path from 'node:path';
import type { CommandDefinition } from '../commands/command.js';
import { commands } from '../commands/index.js';
import { readFile } from '../files/index.js';
import { UsageError } from '../model/errors.js';
import { nearestHint } from '../nearest-name.js';
import type { Declaration } from '../option-kinds.js';
import type { ConfiguredOptions } from './configured-options.js';

/** With these, what came with a folder could let an artefact pass that differs. */
const ONLY_IF_NAMED = ['check', 'keep', 'tolerance'];

const LIMIT = {
  bytes: 2 ** 20,
  what: 'over the limit of 1 MiB for a configuration',
  todo: 'take out what is no option',
};

/**
 * What a configuration says for a command.
 * @param isNamed whether the user named the file; else it may have come with the working folder, and options that weaken a
 * check or lead out of the folder do not count
 * @throws UsageError for what is no configuration, InputError where it cannot be read
 */
export function readConfig(
  { name, options: declared }: CommandDefinition,
  { file, isNamed }: { readonly file: string; readonly isNamed: boolean },
): ConfiguredOptions {
  const { $schema: _, ...sections } = parseObject(file);
  const known = commands.filter(({ isConfigurable }) => isConfigurable).map((command) => command.name);
  for (const each of Object.keys(sections)) expectKnown(file, 'section', each, known);
  const section = sections[name] ?? {};
  if (!isObject(section)) throw wrong(file, `${name} is not options by name`);
  const declarations = new Map(Object.entries(declared()));
  const entries = Object.entries(section).map(([key, value]) => {
    const declaration = declarations.get(key);
    expectKnown(file, 'option', key, declarations.keys());
    // Of what the library alone is given, null is the one value that JSON has.
    const refusal = value === null ? { what: 'is null' } : declaration?.kind.refuse(value);
    if (refusal) throw wrong(file, `${name}.${key}: ${refusal.what}`, refusal.todo);
    return [key, value, declaration] as const;
  });
  const counts = entries.filter(([key, value, declaration]) => isNamed || isHarmless(key, value, declaration));
  return {
    file,
    options: Object.fromEntries(counts.map(([key, value]) => [key, value])),
    leftOut: entries.filter((entry) => !counts.includes(entry)).map(([key]) => key),
  };
}

function isHarmless(key: string, value: unknown, declaration: Declaration | undefined): boolean {
  if (ONLY_IF_NAMED.includes(key)) return false;
  return !declaration?.kind.isPath || typeof value !== 'string' || isInside(value);
}

/** Whether a path stays in the working folder, links followed as far as there is something. */
function isInside(given: string): boolean {
  const place = path.resolve(given);
  let existing = place;
  while (!fs.lstatSync(existing, { throwIfNoEntry: false })) existing = path.dirname(existing);
  // A link that leads nowhere may lead anywhere by the time that it is followed.
  if (!fs.existsSync(existing)) return false;
  const folder = process.cwd();
  return isBelow(folder, place) && isBelow(fs.realpathSync(folder), fs.realpathSync(existing));
}

function isBelow(folder: string, place: string): boolean {
  const relative = path.relative(folder, place);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function parseObject(file: string): Readonly<Record<string, unknown>> {
  const { bytes } = readFile(file, LIMIT);
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isObject(parsed)) return parsed;
  } catch (error) {
    throw wrong(file, `not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw wrong(file, 'not an object with a section for each command');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function expectKnown(file: string, what: string, name: string, known: Iterable<string>): void {
  const names = [...known];
  if (!names.includes(name)) throw wrong(file, `there is no ${what} ${name}`, nearestHint(name, names));
}

function wrong(file: string, what: string, todo?: string): UsageError {
  return new UsageError({ what, where: { file }, ...(todo ? { todo } : {}) });
}
