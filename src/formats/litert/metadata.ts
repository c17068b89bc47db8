import { asOneChunk } from '../../model/index.js';
import { type Field, number, numbers, string, table, tables, writeFlatBuffer } from './flatbuffer/write.js';
import type { Endpoint, LitertProgram } from './program.js';
import { storedIn } from './stored-zip.js';

/** The file of class names in the archive behind a model. */
export const LABELS_FILE = 'labels.txt';

/** Class names as that file has them, one a line; undefined: a name is more than a line. */
export function linesOf(labels: readonly string[]): string | undefined {
  return labels.some((label) => /[\r\n]/.test(label)) ? undefined : `${labels.join('\n')}\n`;
}

/** Class names in the archive behind a model. */
export function labelsIn(file: Uint8Array): readonly string[] | undefined {
  const stored = storedIn(file, LABELS_FILE);
  return (
    stored &&
    new TextDecoder()
      .decode(stored)
      .replace(/\r?\n$/, '')
      .split(/\r?\n/)
  );
}

const IDENTIFIER = 'M001';
const PARSER_VERSION = '1.0.0';
const IMAGE_PROPERTIES = 2;
const NORMALIZATION = 1;
const AXIS_LABELS = 2;
const COLOURS = { rgb: 1, gray: 2 };

/**
 * What MediaPipe's tasks want to know of a model: how pixels become its image, and which file names its classes. The program
 * normalises by itself, so that nothing is left to do. Source: "TensorFlow Lite Metadata", schema of version 1.0.0.
 * @returns undefined where there is nothing to say
 */
export function toolMetadata(program: LitertProgram): Uint8Array | undefined {
  const { inputs, outputs, labels, image, about, described = new Map() } = program;
  const { author, license, description, version } = about ?? {};
  const texts = [description, version, author, license];
  if (!labels && !image && described.size === 0 && texts.every((each) => each === undefined)) return undefined;
  const named = ({ key }: Endpoint) => [string(0, key), ...text(1, described.get(key))];
  const count = labels && linesOf(labels) !== undefined ? labels.length : undefined;
  const classes = outputs.find(({ tensor: { shape } }) => shape.length === 2 && shape[1] === count);
  const subgraph = [
    tables(
      2,
      inputs.map((each, index) => [...named(each), ...(image?.input === index ? imageOf(image.isGray) : [])]),
    ),
    tables(
      3,
      outputs.map((each) => [...named(each), ...(each === classes ? classesOf() : [])]),
    ),
  ];
  const model = [
    string(0, 'model'),
    ...text(1, description),
    ...text(2, version),
    tables(3, [subgraph]),
    ...text(4, author),
    ...text(5, license),
    string(7, PARSER_VERSION),
  ];
  return asOneChunk(writeFlatBuffer(IDENTIFIER, model));
}

function text(id: number, value: string | undefined): Field[] {
  return value === undefined ? [] : [string(id, value)];
}

function imageOf(isGray: boolean): Field[] {
  const colours = [number(0, 'byte', isGray ? COLOURS.gray : COLOURS.rgb)];
  const unchanged = [numbers(0, 'float', [0]), numbers(1, 'float', [1])];
  return [
    table(3, [number(0, 'ubyte', IMAGE_PROPERTIES), table(1, colours)]),
    tables(4, [[number(0, 'ubyte', NORMALIZATION), table(1, unchanged)]]),
    table(5, [numbers(0, 'float', [255]), numbers(1, 'float', [0])]),
  ];
}

function classesOf(): Field[] {
  return [tables(6, [[string(0, LABELS_FILE), number(2, 'byte', AXIS_LABELS)]])];
}
