import { type ListedFile, readFile } from '../files/index.js';
import { InputError } from '../model/index.js';

/** What is known of classes before samples are read. */
export interface Classes {
  /** Their names, where they have any. */
  readonly labels: readonly string[] | undefined;
  /** How many the reference tells apart, where that is known. */
  readonly count: number | undefined;
}

/** The class of each sample, and what a reader should know. */
export interface Truth {
  readonly classes: readonly number[];
  readonly notes: readonly string[];
}

const LIMIT = {
  bytes: 2 ** 28,
  what: 'over the limit of 256 MiB for a table of classes',
  todo: 'give one file a line',
};

/**
 * The class of each file.
 * @param truth `folders`: the folder that a file lies in, at the top; else the path of a CSV file of `file,label`
 * @throws InputError where a file has no class, or one that there is not
 */
export function readTruth(truth: string, files: readonly ListedFile[], known: Classes): Truth {
  return truth === 'folders' ? byFolder(files, known) : byTable(truth, files, known);
}

function byFolder(files: readonly ListedFile[], { labels, count }: Classes): Truth {
  const folders = files.map(({ path }) => path.slice(0, Math.max(0, path.indexOf('/'))));
  const loose = files[folders.indexOf('')];
  if (loose) {
    throw new InputError({
      what: 'it lies in no folder that could say its class',
      where: { file: loose.path },
      todo: 'put each class into a folder of its own, or give a CSV file with --truth',
    });
  }
  const names = [...new Set(folders)].sort();
  if (labels && names.every((name) => labels.includes(name))) {
    return { classes: folders.map((folder) => labels.indexOf(folder)), notes: [] };
  }
  if (count !== undefined && names.length !== count) {
    throw new InputError({
      what: `--truth folders: there are ${names.length} folders for ${count} classes, so their order does not say which is which`,
      todo: 'name the folders as --labels does, or give a CSV file with --truth',
    });
  }
  const note = `classes are the folders in the order of their names: 0 is ${names[0]}, ${names.length - 1} is ${names.at(-1)}`;
  return { classes: folders.map((folder) => names.indexOf(folder)), notes: [note] };
}

function byTable(table: string, files: readonly ListedFile[], known: Classes): Truth {
  const labelOf = labelsIn(table);
  const classes = files.map(({ path }) => {
    const label = labelOf.get(path);
    if (label === undefined) throw new InputError({ what: `it has no line for ${path}`, where: { file: table } });
    return classOf(label, table, known);
  });
  return { classes, notes: [] };
}

/** @throws InputError where a file has two labels */
function labelsIn(table: string): Map<string, string> {
  const labelOf = new Map<string, string>();
  for (const [file, label] of linesOf(table)) {
    const known = labelOf.get(file) ?? label;
    if (known !== label) {
      throw new InputError({ what: `it has two labels for ${file}: ${known} and ${label}`, where: { file: table } });
    }
    labelOf.set(file, label);
  }
  return labelOf;
}

/** A name of `labels`, or a number; where a name looks like a number it is a name. */
function classOf(label: string, table: string, { labels, count = labels?.length }: Classes): number {
  const named = labels?.indexOf(label) ?? -1;
  if (named >= 0) return named;
  const number = /^\d+$/.test(label) ? Number(label) : undefined;
  if (number !== undefined && (count === undefined || number < count)) return number;
  throw new InputError({
    what: number === undefined ? `"${label}" is no class name` : `there is no class ${number}: there are ${count}`,
    where: { file: table },
    todo: labels ? 'give a name of the labels, or its number from 0' : 'give the number of the class, or --labels',
  });
}

/** Lines of `file,label`; a heading of just these words is none. */
function linesOf(table: string): (readonly [file: string, label: string])[] {
  const { bytes } = readFile(table, LIMIT);
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  return lines.flatMap((line, index) => {
    if (line.trim() === '' || (index === 0 && line === 'file,label')) return [];
    const [, file, label] = /^(".*"|[^"]*),\s*("(?:[^"]|"")*"|[^",]*)\s*$/.exec(line) ?? [];
    if (file === undefined || label === undefined) {
      throw new InputError({ what: `line ${index + 1} is no "file,label"`, where: { file: table } });
    }
    return [[unquoted(file), unquoted(label)] as const];
  });
}

function unquoted(field: string): string {
  const trimmed = field.trim();
  return trimmed.startsWith('"') ? trimmed.slice(1, -1).replaceAll('""', '"') : trimmed;
}
