import { bytesOf, type DataType, float16ConstantFrom, Tensor } from '../../model/index.js';

/** A constant in another type. */
export interface Converted {
  readonly tensor: Tensor;
  /** A finite element is infinite in the new type. */
  readonly overflows: boolean;
}

/** Constants in another floating-point type, each tensor converted once, so that shared weights stay shared. */
export class TensorConverter {
  readonly #to: DataType;
  readonly #done = new Map<Tensor, Converted>();

  constructor(to: DataType) {
    this.#to = to;
  }

  convert(tensor: Tensor): Converted {
    let converted = this.#done.get(tensor);
    if (!converted) {
      converted = convert(tensor, this.#to);
      this.#done.set(tensor, converted);
    }
    return converted;
  }
}

function convert(tensor: Tensor, to: DataType): Converted {
  if (to === 'float16' && tensor.dtype === 'float32') {
    const { bits, overflows } = float16ConstantFrom(tensor.toFloat32());
    return { tensor: new Tensor(to, tensor.shape, bytesOf(bits)), overflows };
  }
  return { tensor: Tensor.from(to, tensor.shape, tensor.toFloat64()), overflows: false };
}

/** Every element rounded to float16 and back. */
export function roundedToFloat16(tensor: Tensor): Tensor {
  return Tensor.from('float32', tensor.shape, convert(tensor, 'float16').tensor.toFloat64());
}
