import fs from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { ROOT } from './markdown.js';

const CLASSES = ['apple', 'boat', 'cat', 'door', 'egg', 'fish', 'goat', 'hat', 'ink', 'jar'];

/**
 * What the pages call by name: a folder of somebody who exported a classifier of ten classes from PyTorch.
 *
 * | name | what |
 * |---|---|
 * | `model.onnx` | the network |
 * | `dynamic.onnx` | another, whose height and width are open |
 * | `models` | the same twice, in a folder each |
 * | `weights.pt` | what PyTorch saves: an archive, whose content nobody here looks at |
 * | `quantized.onnx` | the same, quantised by ONNX Runtime |
 * | `other.mlpackage` | the same, written by coremltools |
 * | `classes.txt` | its classes |
 * | `photos` | pictures, in a folder for each class |
 */
export function makeUserFolder(folder: string): void {
  const foreign = path.join(ROOT, 'fixtures', 'foreign');
  const copy = (from: string, to: string) => fs.cpSync(from, path.join(folder, to), { recursive: true });
  copy(path.join(foreign, 'source.onnx'), 'model.onnx');
  copy(path.join(ROOT, 'fixtures', 'cases', 'resize_any_size', 'model.onnx'), 'dynamic.onnx');
  for (const name of ['day', 'night']) copy(path.join(foreign, 'source.onnx'), path.join('models', name, 'model.onnx'));
  copy(path.join(foreign, 'ort-qdq.onnx'), 'quantized.onnx');
  copy(path.join(foreign, 'coremltools-fp32.mlpackage'), 'other.mlpackage');
  fs.writeFileSync(path.join(folder, 'weights.pt'), zipSync({ 'archive/data.pkl': new Uint8Array(16) }));
  fs.writeFileSync(path.join(folder, 'classes.txt'), `${CLASSES.join('\n')}\n`);
  const images = path.join(ROOT, 'fixtures', 'images');
  const pictures = fs.readdirSync(images).filter((name) => /^held_\d\.jpg$|^(scene|rgb_16|palette)\.png$/.test(name));
  for (const [index, name] of CLASSES.entries()) {
    const picture = pictures[index % pictures.length] ?? '';
    copy(path.join(images, picture), path.join('photos', name, picture));
  }
}
