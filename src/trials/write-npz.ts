import { concatBytes, type DataType, InputError, type Tensor } from '../model/index.js';

/** As NumPy calls them, little-endian where that means something. */
const DESCRIPTIONS: ReadonlyMap<DataType, string> = new Map([
  ['float16', '<f2'],
  ['float32', '<f4'],
  ['float64', '<f8'],
  ['bool', '|b1'],
  ['uint8', '|u1'],
  ['uint16', '<u2'],
  ['uint32', '<u4'],
  ['uint64', '<u8'],
  ['int8', '|i1'],
  ['int16', '<i2'],
  ['int32', '<i4'],
  ['int64', '<i8'],
]);
/** NumPy aligns what follows the header to this. */
const ALIGNMENT = 64;
const PREFIX = 10;

/** An `.npy` file, as `numpy.save` writes it. @throws InputError for element types that NumPy has not */
export function writeNpy({ dtype, shape, bytes }: Tensor): Uint8Array {
  const description = DESCRIPTIONS.get(dtype);
  if (!description) throw new InputError({ what: `npy holds no ${dtype}` });
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${description}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const padding = ALIGNMENT - ((PREFIX + text.length + 1) % ALIGNMENT);
  const header = new TextEncoder().encode(`${text}${' '.repeat(padding)}\n`);
  const prefix = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8);
  return concatBytes([prefix, header, bytes]);
}

/** An `.npz` file, as `numpy.savez` writes it: equal arrays give equal bytes. */
export async function writeNpz(arrays: ReadonlyMap<string, Tensor>): Promise<Uint8Array> {
  const { zipSync } = await import('fflate');
  const files = Array.from(arrays, ([name, tensor]) => [`${name}.npy`, writeNpy(tensor)] as const);
  // The first day that a ZIP archive can say.
  return zipSync(Object.fromEntries(files), { level: 0, mtime: new Date(1980, 0, 1) });
}
