import { readFile } from '../files/index.js';
import { repeatedName } from '../formats/labels.js';
import { type Graph, InputError } from '../model/index.js';

const LIMIT = { bytes: 16 * 2 ** 20, what: 'over the limit of 16 MiB for class names', todo: 'give one name a line' };

/**
 * Class names, one a line; a byte order mark and carriage returns are dropped.
 * @throws InputError where the file is not UTF-8, or a line is empty
 */
export function readLabels(path: string): string[] {
  const { bytes } = readFile(path, LIMIT);
  const invalid = (what: string, todo: string) => new InputError({ what, where: { file: path }, todo });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid('the class names are not UTF-8', 'save the file as UTF-8');
  }
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw invalid('the file holds no class names', 'give one name a line');
  const blank = lines.findIndex((line) => line.trim() === '');
  if (blank >= 0) throw invalid(`line ${blank + 1} of the class names is empty`, 'give one name a line');
  return lines;
}

/** Class names as they were given, or those of a file. @throws InputError */
export function labelsOf(given: string | readonly string[]): readonly string[] {
  return typeof given === 'string' ? readLabels(given) : given;
}

/** Names that stand there twice tell nobody which class it is: a sentence, or nothing. */
export function repeatedNote(labels: readonly string[]): string[] {
  const repeated = repeatedName(labels);
  return repeated === undefined ? [] : [`the class name "${repeated}" stands for more than one class`];
}

/**
 * A detector's classes are the columns of no output: whether it has as many is seen where its suppression is read.
 * @throws InputError unless one output alone has the shape [N, number of labels]
 */
export function expectLabelsFit(graph: Graph, labels: readonly string[], path: string | undefined): void {
  if (graph.count('NonMaxSuppression') > 0) return;
  const rows = graph.outputs.filter((value) => value.rank === 2);
  const fitting = rows.filter((value) => value.shape?.[1] === labels.length);
  if (fitting.length === 1) return;
  const classes = rows.map((value) => `${value.name} has ${value.shape?.[1]}`).join(', ');
  throw new InputError({
    what: `${labels.length} class names fit ${fitting.length === 0 ? 'no output' : `${fitting.length} outputs`} of rank 2 (${classes || 'there is none'})`,
    where: path === undefined ? {} : { file: path },
    todo: fitting.length === 0 ? 'give as many names as there are classes' : 'pick one output with --outputs',
  });
}
