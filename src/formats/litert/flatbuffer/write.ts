const WIDTHS = { byte: 1, ubyte: 1, bool: 1, int: 4, uint: 4, float: 4, long: 8, ulong: 8 } as const;

/** Numbers of FlatBuffers by the names of its schema language. */
export type Scalar = keyof typeof WIDTHS;

/** Bytes that stand behind all tables, where they need not be copied to. */
interface Data {
  readonly byteLength: number;
  /** Asked for once, when the file is put together. */
  bytes(): Uint8Array;
}

/** A field of a table: its number in the schema, and what it holds. */
export type Field =
  | { readonly id: number; readonly kind: Scalar; readonly value: number }
  | { readonly id: number; readonly kind: 'string'; readonly value: string }
  | { readonly id: number; readonly kind: 'table'; readonly value: readonly Field[] }
  | { readonly id: number; readonly kind: 'tables'; readonly value: readonly (readonly Field[])[] }
  | { readonly id: number; readonly kind: 'numbers'; readonly of: Scalar; readonly value: readonly number[] }
  | { readonly id: number; readonly kind: 'data'; readonly value: Data }
  | { readonly id: number; readonly kind: 'place'; readonly value: Data };

/** A number of the given type. */
export const number = (id: number, kind: Scalar, value: number): Field => ({ id, kind, value });

/** Text. */
export const string = (id: number, value: string): Field => ({ id, kind: 'string', value });

/** A table inside a table. */
export const table = (id: number, value: readonly Field[]): Field => ({ id, kind: 'table', value });

/** A vector of tables. */
export const tables = (id: number, value: readonly (readonly Field[])[]): Field => ({ id, kind: 'tables', value });

/** A vector of numbers. */
export const numbers = (id: number, of: Scalar, value: readonly number[]): Field => ({
  id,
  kind: 'numbers',
  of,
  value,
});

/** A vector of bytes, which starts at a multiple of 16. */
export const data = (id: number, value: Data): Field => ({ id, kind: 'data', value });

/** Where bytes behind the FlatBuffer start, which its own offsets of 32 bits need not reach. */
export const place = (id: number, value: Data): Field => ({ id, kind: 'place', value });

const ALIGNMENT = 16;
const encoder = new TextEncoder();

/**
 * A FlatBuffer in pieces: its tables, then all data as they are, which are neither copied nor joined. Tables are written
 * before what they point to, so that nothing has to be known beforehand. Source: FlatBuffers, "Internals".
 * @param identifier four letters that stand behind the offset of the root
 */
export function writeFlatBuffer(identifier: string, root: readonly Field[]): Uint8Array[] {
  const writer = new Writer();
  writer.start(identifier, root);
  return writer.finish();
}

class Writer {
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  #length = 8;
  readonly #late: { readonly at: number; readonly kind: 'data' | 'place'; readonly value: Data }[] = [];

  start(identifier: string, root: readonly Field[]): void {
    this.#bytes.set(encoder.encode(identifier), 4);
    this.#point(0, this.#table(root));
  }

  /** @returns the tables with all offsets in place, and behind them the data between what aligns them */
  finish(): Uint8Array[] {
    const pieces: { readonly gap: Uint8Array; readonly value: Data }[] = [];
    let end = this.#length;
    // What is reached by its place alone comes last, as it may lie beyond what other offsets reach.
    const inOrder = [...this.#late].sort((a, b) => Number(a.kind === 'place') - Number(b.kind === 'place'));
    for (const { at, kind, value } of inOrder) {
      const prefix = kind === 'data' ? 4 : 0;
      const start = Math.ceil((end + prefix) / ALIGNMENT) * ALIGNMENT;
      const gap = new Uint8Array(start - end);
      if (kind === 'data') {
        new DataView(gap.buffer).setUint32(gap.length - prefix, value.byteLength, true);
        this.#point(at, start - prefix);
      } else this.#view.setBigUint64(at, BigInt(start), true);
      pieces.push({ gap, value });
      end = start + value.byteLength;
    }
    const tail = new Uint8Array(Math.ceil(end / ALIGNMENT) * ALIGNMENT - end);
    const chunks = [this.#bytes.subarray(0, this.#length), ...pieces.flatMap(({ gap, value }) => [gap, value.bytes()])];
    return [...chunks, tail].filter((chunk) => chunk.length > 0);
  }

  /** @returns where the table starts, behind its list of fields */
  #table(fields: readonly Field[]): number {
    const placed = fields
      .map((field) => ({ field, width: widthOf(field) }))
      .sort((a, b) => b.width - a.width)
      .map(({ field, width }) => ({ field, width, offset: 0 }));
    let size = 4;
    for (const each of placed) {
      each.offset = Math.ceil(size / each.width) * each.width;
      size = each.offset + each.width;
    }
    const listed = 4 + 2 * (1 + Math.max(-1, ...fields.map(({ id }) => id)));
    this.#align(8, listed);
    const list = this.#take(listed + size);
    const start = list + listed;
    this.#view.setUint16(list, listed, true);
    this.#view.setUint16(list + 2, size, true);
    this.#view.setInt32(start, listed, true);
    for (const { field, offset } of placed) this.#view.setUint16(list + 4 + 2 * field.id, offset, true);
    for (const { field, offset } of placed) this.#field(start + offset, field);
    return start;
  }

  #field(at: number, field: Field): void {
    switch (field.kind) {
      case 'string':
        this.#point(at, this.#string(field.value));
        break;
      case 'table':
        this.#point(at, this.#table(field.value));
        break;
      case 'tables':
        this.#point(at, this.#tables(field.value));
        break;
      case 'numbers':
        this.#point(at, this.#numbers(field.of, field.value));
        break;
      case 'data':
      case 'place':
        this.#late.push({ at, kind: field.kind, value: field.value });
        break;
      default:
        this.#number(at, field.kind, field.value);
    }
  }

  #tables(list: readonly (readonly Field[])[]): number {
    const start = this.#vector(list.length, 4);
    list.forEach((each, i) => {
      this.#point(start + 4 + 4 * i, this.#table(each));
    });
    return start;
  }

  #numbers(kind: Scalar, list: readonly number[]): number {
    const start = this.#vector(list.length, WIDTHS[kind]);
    list.forEach((each, i) => {
      this.#number(start + 4 + WIDTHS[kind] * i, kind, each);
    });
    return start;
  }

  #string(text: string): number {
    const encoded = encoder.encode(text);
    const start = this.#vector(encoded.length + 1, 1);
    this.#view.setUint32(start, encoded.length, true);
    this.#bytes.set(encoded, start + 4);
    return start;
  }

  /** @returns where the number of elements stands, behind which they follow */
  #vector(length: number, width: number): number {
    this.#align(Math.max(4, width), 4);
    const start = this.#take(4 + length * width);
    this.#view.setUint32(start, length, true);
    return start;
  }

  #point(at: number, to: number): void {
    this.#view.setUint32(at, to - at, true);
  }

  #number(at: number, kind: Scalar, value: number): void {
    if (kind === 'float') this.#view.setFloat32(at, value, true);
    else if (WIDTHS[kind] === 8) this.#view.setBigInt64(at, BigInt(value), true);
    else if (WIDTHS[kind] === 4) this.#view.setInt32(at, value, true);
    else this.#view.setUint8(at, value);
  }

  /** Moves on until what stands `ahead` bytes further is aligned. */
  #align(alignment: number, ahead: number): void {
    this.#take((alignment - ((this.#length + ahead) % alignment)) % alignment);
  }

  #take(count: number): number {
    const start = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#length);
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return start;
  }
}

function widthOf(field: Field): number {
  if (field.kind === 'place') return 8;
  return field.kind in WIDTHS ? WIDTHS[field.kind as Scalar] : 4;
}
