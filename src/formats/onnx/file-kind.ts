import type { Refusal } from '../../files/placement.js';
import type { Bytes } from '../../model/index.js';

const MAGIC: readonly (readonly [offset: number, magic: string, kind: string])[] = [
  [0, '\x89PNG', 'a PNG image'],
  [0, '\xff\xd8\xff', 'a JPEG image'],
  [0, 'PK\x03\x04', 'a zip archive (PyTorch .pt and .pth files are such)'],
  [0, 'PK\x05\x06', 'an empty zip archive'],
  [0, '\x1f\x8b', 'a gzip archive'],
  [0, '\x89HDF', 'an HDF5 file (Keras)'],
  [0, '\x93NUMPY', 'a NumPy array'],
  [0, 'GGUF', 'a GGUF file'],
  [0, '\x80\x02', 'a Python pickle (PyTorch)'],
  [0, '\x80\x03', 'a Python pickle'],
  [0, '\x80\x04', 'a Python pickle'],
  [0, '\x80\x05', 'a Python pickle'],
  [4, 'ORTM', "ONNX Runtime's own format (.ort)"],
  [4, 'TFL3', 'a TensorFlow Lite model'],
  [8, '{"', 'a safetensors file'],
  [0, '<!DOCTYPE', 'an HTML page'],
  [0, '<!doctype', 'an HTML page'],
  [0, '<html', 'an HTML page'],
  [0, '<HTML', 'an HTML page'],
];

const LFS = 'version https://git-lfs';

/** Whether these bytes are the note that Git LFS leaves in the place of a file that was not fetched. */
function isLfsPointer(bytes: Bytes): boolean {
  return startsWith(bytes, 0, LFS);
}

/** What bytes that are no ONNX model look like; undefined where nothing is recognised. */
function kindOf(bytes: Bytes): string | undefined {
  const known = MAGIC.find(([offset, magic]) => startsWith(bytes, offset, magic));
  if (known) return known[2];
  const head = bytes.subarray(0, 512);
  const isPrintable = head.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13);
  if (!isPrintable || head.length < 4) return undefined;
  const text = new TextDecoder('utf-8').decode(head);
  if (/^\s*<\s*ir_version|^\s*\w+\s*\(.*\)\s*=>/s.test(text)) return "ONNX's text format";
  return /^\s*[{[]/.test(text) ? 'JSON' : 'text';
}

/** What is wrong with bytes that are something else than an ONNX model, where it is known what. */
export function notOnnx(bytes: Bytes): Refusal | undefined {
  if (isLfsPointer(bytes)) return { what: 'not an ONNX model but a Git LFS pointer', todo: 'run git lfs pull' };
  const kind = kindOf(bytes);
  return kind === undefined
    ? undefined
    : { what: `not an ONNX model: it looks like ${kind}`, todo: 'give an .onnx file' };
}

function startsWith(bytes: Bytes, offset: number, magic: string): boolean {
  if (bytes.length < offset + magic.length) return false;
  for (let i = 0; i < magic.length; i++) if (bytes[offset + i] !== magic.charCodeAt(i)) return false;
  return true;
}
