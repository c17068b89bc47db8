/**
 * Seeded random numbers: `xoshiro128**` (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021),
 * its state filled by splitmix32. The same numbers on every machine, so that a report can be repeated.
 */
export class Random {
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;
  #spareNormal: number | undefined;

  constructor(seed: number) {
    let mix = seed | 0;
    const next = () => {
      mix = (mix + 0x9e3779b9) | 0;
      let z = Math.imul(mix ^ (mix >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return z ^ (z >>> 15);
    };
    [this.#s0, this.#s1, this.#s2, this.#s3] = [next(), next(), next(), next()];
  }

  /** 32 random bits, as an unsigned number. */
  bits(): number {
    const scrambled = Math.imul(this.#s1, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = this.#s1 << 9;
    this.#s2 ^= this.#s0;
    this.#s3 ^= this.#s1;
    this.#s1 ^= this.#s2;
    this.#s0 ^= this.#s3;
    this.#s2 ^= shifted;
    this.#s3 = (this.#s3 << 11) | (this.#s3 >>> 21);
    return result;
  }

  /** Uniform in [0, 1), with 24 bits: exact in float32. */
  uniform(): number {
    return (this.bits() >>> 8) / 2 ** 24;
  }

  /** Standard normal, by the polar form of Box and Muller. */
  normal(): number {
    const spare = this.#spareNormal;
    if (spare !== undefined) {
      this.#spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const u = this.bits() / 2 ** 31 - 1;
      const v = this.bits() / 2 ** 31 - 1;
      const square = u * u + v * v;
      if (square === 0 || square >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spareNormal = v * factor;
      return u * factor;
    }
  }

  /** A whole number in [0, below). */
  integer(below: number): number {
    return Math.floor((this.bits() / 2 ** 32) * below);
  }
}
