/**
 * Seeded random numbers: `xoshiro128**` (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021),
 * its state filled by splitmix32. The same numbers on every machine, so that a report can be repeated.
 */
export class Random {
  readonly #state: Uint32Array;
  #spareNormal: number | undefined;

  constructor(seed: number) {
    let mix = seed | 0;
    this.#state = Uint32Array.from({ length: 4 }, () => {
      mix = (mix + 0x9e3779b9) | 0;
      let z = Math.imul(mix ^ (mix >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return (z ^ (z >>> 15)) >>> 0;
    });
  }

  /** 32 random bits, as an unsigned number. */
  bits(): number {
    const s = this.#state;
    const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = s;
    const scrambled = Math.imul(s1, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const x2 = s2 ^ s0;
    const x3 = s3 ^ s1;
    s[0] = s0 ^ x3;
    s[1] = s1 ^ x2;
    s[2] = x2 ^ (s1 << 9);
    s[3] = (x3 << 11) | (x3 >>> 21);
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
