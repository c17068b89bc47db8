import type { FilesOnDisk } from '../../files/placement.js';
import type { FormatDeclaration } from '../format.js';
import { inputLayoutOptions } from '../input-layout.js';
import { IDENTIFIER } from './schema.js';

/** LiteRT, once TensorFlow Lite, computes in float32 whatever its weights are held in. */
export const litertDeclaration: FormatDeclaration = {
  name: 'litert',
  aliases: ['tflite'],
  title: 'LiteRT',
  suffix: '.tflite',
  engine: 'litert',
  placement: { kind: 'file', main: '', ours: 'a TensorFlow Lite file', owns: isOurs, isData: () => false },
  arithmetic: new Map([
    ['fp32', 'fp32'],
    ['fp16', 'fp32'],
    ['int8', 'fp32'],
  ]),
  defaultPrecision: (source) => source,
  colours: (order) => (order === 'bgr' ? 'rgb' : order),
  options: inputLayoutOptions,
};

function isOurs(files: FilesOnDisk): boolean {
  return new TextDecoder().decode(files.read('', 4, IDENTIFIER.length)) === IDENTIFIER;
}
