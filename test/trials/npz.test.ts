import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/model/index.js';
import { readArrays } from '../../src/trials/npz.js';

const LIMIT = 2 ** 30;

/** NumPy: np.savez(f, x=np.array([1, 2], 'f4'), y=np.array([3], 'i8')), which uses 64-bit sizes. */
const SAVED = Buffer.from(
  'UEsDBC0AAAAAAAAAIQCayqvn//////////8FABQAeC5ucHkBABAAiAAAAAAAAACIAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxmNCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAACAPwAAAEBQSwMELQAAAAAAAAAhAEOdMRz//////////wUAFAB5Lm5weQEAEACIAAAAAAAAAIgAAAAAAAAAk05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoDAAAAAAAAAFBLAQItAy0AAAAAAAAAIQCayqvniAAAAIgAAAAFAAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLAQItAy0AAAAAAAAAIQBDnTEciAAAAIgAAAAFAAAAAAAAAAAAAACAAb8AAAB5Lm5weVBLBQYAAAAAAgACAGYAAAB+AQAAAAA=',
  'base64',
);
/** NumPy: np.savez_compressed(f, x=np.zeros(200, 'f4')). */
const COMPRESSED = Buffer.from(
  'UEsDBC0AAAAIAAAAIQAXP8Pi//////////8FABQAeC5ucHkBABAAoAMAAAAAAABOAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkYGBjqaOgq1CmQDLoZRMApGAU4AAFBLAQItAy0AAAAIAAAAIQAXP8PiTgAAAKADAAAFAAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLBQYAAAAAAQABADMAAACFAAAAAAA=',
  'base64',
);

const array = SAVED.subarray(0x37, 0x37 + 0x88);
const zip = (members: Record<string, Uint8Array>, level: 0 | 6 = 0) => Buffer.from(zipSync(members, { level }));

/** A copy with the bytes at a place changed; negative places count from the end. */
function changed(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = Buffer.from(bytes);
  copy.set(values, at < 0 ? copy.length + at : at);
  return copy;
}

const central = (bytes: Buffer) => bytes.indexOf('PK\u0001\u0002', 0, 'latin1');

describe('an npz file', () => {
  test('that NumPy stored is read', () => {
    const arrays = readArrays(SAVED, LIMIT);
    expect([...(arrays.get('x')?.toFloat64() ?? [])]).toEqual([1, 2]);
    expect(arrays.get('y')?.toBigInts()).toEqual([3n]);
  });

  test('that NumPy compressed is read', () => {
    expect(readArrays(COMPRESSED, LIMIT).get('x')).toMatchObject({ dtype: 'float32', shape: [200] });
  });

  test('may name its arrays as it likes: names are never paths', () => {
    expect([...readArrays(zip({ '../x.npy': array, '__proto__.npy': array }), LIMIT).keys()]).toEqual([
      '../x',
      '__proto__',
    ]);
  });

  const one = zip({ 'x.npy': array });
  const packed = zip({ 'x.npy': new Uint8Array(2 ** 20) }, 6);
  const twice = Buffer.from(zip({ 'x.npy': array, 'y.npy': array }));
  for (let at = twice.indexOf('y.npy'); at >= 0; at = twice.indexOf('y.npy')) twice.write('x', at);

  test.each<[string, Uint8Array, RegExp]>([
    ['that is neither npz nor npy', Buffer.from('hello'), /neither an npy nor an npz file/],
    ['cut at its end', SAVED.subarray(0, -30), /its directory is missing/],
    ['cut at its beginning', Buffer.concat([Buffer.from('PK'), SAVED.subarray(100)]), /zip archive/],
    ['with a member twice', twice, /x\.npy stands twice/],
    ['with an encrypted member', changed(changed(one, 6, 1), central(one) + 8, 1), /x\.npy is encrypted/],
    ['whose two headers name a member differently', changed(one, 30, 0x7a), /has two headers that differ/],
    ['whose content was changed', changed(one, 30 + 5 + 100, 0xff), /does not have the content/],
    ['packed by another method', changed(changed(one, 8, 12), central(one) + 10, 12), /a method other than deflate/],
    ['that claims to unpack to 1 GB', changed(packed, central(packed) + 24, 0, 0, 0, 0x40), /limit|which it cannot/],
    [
      'that claims to unpack to less than it does',
      changed(packed, central(packed) + 24, 9, 0, 0, 0),
      /does not have the content/,
    ],
    ['that claims more members than it has', changed(one, -14, 2, 0, 2, 0), /its directory is broken/],
    ['whose directory lies beyond its end', changed(one, -6, 0xff, 0xff, 0xff, 0x7f), /it is cut off/],
    ['whose member lies beyond its end', changed(one, central(one) + 42, 0xff, 0xff, 0xff, 0x7f), /it is cut off/],
    ['that holds something else than arrays', zip({ 'x.npy': Buffer.from('hello') }), /not an npy file.*value x/],
    ['with one array under two names', zip({ x: array, 'x.npy': array }), /holds an array twice \(value x\)/],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => readArrays(bytes, LIMIT)).toThrow(InputError);
    expect(() => readArrays(bytes, LIMIT)).toThrow(message);
  });

  test('is refused before it is unpacked where it would take more than the limit', () => {
    expect(() => readArrays(packed, 2 ** 19)).toThrow(/limit: the archive unpacks to 1048576 bytes.*--max-bytes/);
  });
});
