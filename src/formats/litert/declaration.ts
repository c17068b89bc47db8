import type { FilesOnDisk } from '../../files/placement.js';
import { channelsLastDeclaration } from '../channels-last-declaration.js';
import type { FormatDeclaration } from '../format.js';
import { IDENTIFIER } from './schema.js';

/** LiteRT, once TensorFlow Lite. */
export const litertDeclaration: FormatDeclaration = {
  name: 'litert',
  aliases: ['tflite'],
  title: 'LiteRT',
  suffix: '.tflite',
  engine: 'litert',
  placement: { kind: 'file', main: '', ours: 'a TensorFlow Lite file', owns: isOurs, isData: () => false },
  ...channelsLastDeclaration,
};

function isOurs(files: FilesOnDisk): boolean {
  return new TextDecoder().decode(files.read('', 4, IDENTIFIER.length)) === IDENTIFIER;
}
