const encoder = new TextEncoder();

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are ASCII too
const ASCII = /^[\x00-\x7f]*$/;

/** Writes protobuf fields one behind the other into a buffer that grows. */
export class WireWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  /** An integer field. Enumerations, booleans and all widths share this form. */
  integer(id: number, value: number): void {
    this.varint(id * 8);
    this.varint(value);
  }

  text(id: number, value: string): void {
    if (!ASCII.test(value)) {
      this.bytes(id, encoder.encode(value));
      return;
    }
    // Names and texts are short, many and mostly ASCII: the encoder costs more than its work.
    this.varint(id * 8 + 2);
    this.varint(value.length);
    this.#reserve(value.length);
    for (let i = 0; i < value.length; i++) this.#bytes[this.#length++] = value.charCodeAt(i);
  }

  bytes(id: number, value: Uint8Array): void {
    this.varint(id * 8 + 2);
    this.varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** A field with a length before it, whose content `write` writes: it is moved up once its length is known. */
  nested(id: number, write: () => void): void {
    this.varint(id * 8 + 2);
    const start = this.#length;
    write();
    const end = this.#length;
    const prefix = varintSize(end - start);
    this.#reserve(prefix + 10); // also what `varint` below reserves: growing there would lose what lies behind the prefix
    this.#bytes.copyWithin(start + prefix, start, end);
    this.#length = start;
    this.varint(end - start);
    this.#length = end + prefix;
  }

  /** @param value a safe integer; negative ones are written as their 64-bit two's complement */
  varint(value: number): void {
    this.#reserve(10);
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} cannot be written as an integer`);
    if (value < 0) {
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest > 127n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 127n) | 128;
      this.#bytes[this.#length++] = Number(rest);
    } else {
      let rest = value;
      for (; rest > 127; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) | 128;
      this.#bytes[this.#length++] = rest;
    }
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size++;
  return size;
}
