import { type Bytes, type DataType, isFloat, Tensor } from '../model/index.js';
import { Random } from './random.js';

/**
 * The same inputs with every float moved by -1, 0 or +1 unit in the last place, seeded: inputs that are as right as the
 * ones given. How far the outputs move tells how well the network is conditioned.
 */
export function nudge(feeds: ReadonlyMap<string, Tensor>, seed: number): Map<string, Tensor> {
  const random = new Random(seed);
  return new Map(
    [...feeds].map(([name, tensor]) => {
      const { dtype, shape, bytes } = tensor;
      return [name, isFloat(dtype) ? new Tensor(dtype, shape, nudgeBytes(dtype, bytes, random)) : tensor];
    }),
  );
}

/** Neighbouring floats have neighbouring bits, counted away from zero; past zero the sign turns. */
function nudgeBytes(dtype: DataType, bytes: Bytes, random: Random): Bytes {
  const result = bytes.slice();
  const view = new DataView(result.buffer);
  if (dtype === 'float64') {
    for (let at = 0; at < result.length; at += 8) {
      const bits = view.getBigUint64(at, true);
      const step = BigInt(random.integer(3)) - 1n;
      view.setBigUint64(
        at,
        BigInt.asUintN(63, bits) === 0n && step < 0n ? (bits ^ (1n << 63n)) | 1n : bits + step,
        true,
      );
    }
  } else if (dtype === 'float32') {
    for (let at = 0; at < result.length; at += 4)
      view.setUint32(at, stepped(view.getUint32(at, true), 31, random), true);
  } else {
    for (let at = 0; at < result.length; at += 2)
      view.setUint16(at, stepped(view.getUint16(at, true), 15, random), true);
  }
  return result;
}

/** @param sign position of the sign bit */
function stepped(bits: number, sign: 15 | 31, random: Random): number {
  const step = random.integer(3) - 1;
  const isZero = bits === 0 || bits === 2 ** sign;
  if (isZero && step < 0) return bits === 0 ? 2 ** sign + 1 : 1;
  return bits + step;
}
