import { InputError, type Place } from '../../model/index.js';
import type { Message } from './schema.js';

/** The file breaks the standard. */
export function invalid(what: string, where?: Place): InputError {
  return new InputError({ what: `not valid ONNX: ${what}`, ...(where && { where }) });
}

/** How errors call a node of the file: its name, or where it has none that of its first output. */
export function labelOf(node: Message<'NodeProto'>): string {
  return node.name || node.output.find((name) => name !== '') || node.opType || 'without a name';
}
