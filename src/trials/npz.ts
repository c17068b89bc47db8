import { InputError, type Tensor } from '../model/index.js';
import { isNpy, readNpy } from './npy.js';
import { readZip } from './zip.js';

/** Arrays that a user gives to check on, by name; the one array of an `.npy` file has none: `undefined`. */
export type UserArrays = ReadonlyMap<string | undefined, Tensor>;

/**
 * The arrays of an `.npy` or `.npz` file; which of the two it is, its first bytes say.
 * @param maxBytes limit for what an `.npz` may unpack to
 * @throws InputError
 */
export function readArrays(bytes: Uint8Array, maxBytes: number): UserArrays {
  if (isNpy(bytes)) return new Map([[undefined, readNpy(bytes)]]);
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) {
    throw new InputError({ what: 'neither an npy nor an npz file', todo: 'write it with numpy.save or numpy.savez' });
  }
  const arrays = new Map<string | undefined, Tensor>();
  for (const [member, content] of readZip(bytes, maxBytes)) {
    const name = member.replace(/\.npy$/, '');
    if (arrays.has(name)) throw new InputError({ what: 'the npz file holds an array twice', where: { value: name } });
    arrays.set(name, readMember(name, content));
  }
  return arrays;
}

function readMember(name: string, content: Uint8Array): Tensor {
  try {
    return readNpy(content);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    const { what, todo } = cause;
    throw new InputError({ what, where: { value: name }, ...(todo ? { todo } : {}), cause });
  }
}
