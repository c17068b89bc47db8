const decoder = new TextDecoder('utf-8', { fatal: true });

/** What a file may cost to read: every table and vector is paid for, as small files can name one of them many times. */
interface Budget {
  left: number;
}

/** What all tables of one file share. */
interface Context {
  readonly view: DataView;
  readonly budget: Budget;
  readonly refuse: (what: string) => Error;
}

/**
 * A table of a FlatBuffer that anybody may have written. Nothing outside the file is read, whatever it says, and of a field
 * that is absent `undefined` is given.
 */
export class Table {
  readonly #context: Context;
  readonly #start: number;
  readonly #list: number;
  readonly #listed: number;
  readonly #size: number;

  private constructor(context: Context, start: number) {
    this.#context = context;
    this.#start = start;
    const { view } = context;
    expectInside(context, start, 4);
    this.#list = start - view.getInt32(start, true);
    expectInside(context, this.#list, 4);
    this.#listed = view.getUint16(this.#list, true);
    this.#size = view.getUint16(this.#list + 2, true);
    expectInside(context, this.#list, this.#listed);
    expectInside(context, start, this.#size);
    if (this.#listed < 4 || this.#size < 4) throw context.refuse('a table has no room for its own size');
    pay(context, 1);
  }

  /**
   * @param bytes that the file starts with; offsets reach no further
   * @param refuse makes the error for what is damaged
   */
  static root(bytes: Uint8Array, identifier: string, refuse: (what: string) => Error): Table {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const context = { view, budget: { left: bytes.length }, refuse };
    expectInside(context, 0, 8);
    const found = String.fromCharCode(...bytes.subarray(4, 8));
    if (found !== identifier) throw refuse(`its bytes 4 to 7 are not ${identifier}`);
    return new Table(context, view.getUint32(0, true));
  }

  byte(id: number): number | undefined {
    const at = this.#field(id, 1);
    return at === undefined ? undefined : this.#context.view.getInt8(at);
  }

  ubyte(id: number): number | undefined {
    const at = this.#field(id, 1);
    return at === undefined ? undefined : this.#context.view.getUint8(at);
  }

  int(id: number): number | undefined {
    const at = this.#field(id, 4);
    return at === undefined ? undefined : this.#context.view.getInt32(at, true);
  }

  uint(id: number): number | undefined {
    const at = this.#field(id, 4);
    return at === undefined ? undefined : this.#context.view.getUint32(at, true);
  }

  float(id: number): number | undefined {
    const at = this.#field(id, 4);
    return at === undefined ? undefined : this.#context.view.getFloat32(at, true);
  }

  /** Of 64 bits. @throws the refusal where a number does not hold it */
  long(id: number): number | undefined {
    const at = this.#field(id, 8);
    return at === undefined ? undefined : this.#safe(this.#context.view.getBigInt64(at, true));
  }

  string(id: number): string | undefined {
    const bytes = this.data(id);
    try {
      return bytes && decoder.decode(bytes);
    } catch {
      throw this.#context.refuse('a name is not UTF-8');
    }
  }

  table(id: number): Table | undefined {
    const at = this.#field(id, 4);
    return at === undefined ? undefined : new Table(this.#context, this.#target(at));
  }

  tables(id: number): Table[] {
    const vector = this.#vector(id, 4);
    return Array.from(
      { length: vector.length },
      (_, i) => new Table(this.#context, this.#target(vector.start + 4 * i)),
    );
  }

  ints(id: number): number[] | undefined {
    return this.#numbers(id, 4, (at) => this.#context.view.getInt32(at, true));
  }

  floats(id: number): number[] | undefined {
    return this.#numbers(id, 4, (at) => this.#context.view.getFloat32(at, true));
  }

  longs(id: number): number[] | undefined {
    return this.#numbers(id, 8, (at) => this.#safe(this.#context.view.getBigInt64(at, true)));
  }

  /** A vector of bytes, as a view on the file. */
  data(id: number): Uint8Array | undefined {
    if (this.#field(id, 4) === undefined) return undefined;
    const { view } = this.#context;
    const { start, length } = this.#vector(id, 1);
    return new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset + start, length);
  }

  #numbers(id: number, width: number, read: (at: number) => number): number[] | undefined {
    if (this.#field(id, 4) === undefined) return undefined;
    const { start, length } = this.#vector(id, width);
    pay(this.#context, length);
    return Array.from({ length }, (_, i) => read(start + width * i));
  }

  #vector(id: number, width: number): { readonly start: number; readonly length: number } {
    const at = this.#field(id, 4);
    if (at === undefined) return { start: 0, length: 0 };
    const start = this.#target(at);
    expectInside(this.#context, start, 4);
    const length = this.#context.view.getUint32(start, true);
    expectInside(this.#context, start + 4, length * width);
    return { start: start + 4, length };
  }

  /** Where an offset points to: forwards, so that no table can hold itself. */
  #target(at: number): number {
    const distance = this.#context.view.getUint32(at, true);
    if (distance === 0) throw this.#context.refuse('an offset points at itself');
    return at + distance;
  }

  #field(id: number, width: number): number | undefined {
    const entry = 4 + 2 * id;
    if (entry + 2 > this.#listed) return undefined;
    const offset = this.#context.view.getUint16(this.#list + entry, true);
    if (offset === 0) return undefined;
    if (offset < 4 || offset + width > this.#size) throw this.#context.refuse('a field lies outside its table');
    return this.#start + offset;
  }

  #safe(value: bigint): number {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw this.#context.refuse(`${value} is out of range`);
    return number;
  }
}

function expectInside({ view, refuse }: Context, start: number, length: number): void {
  if (start < 0 || start + length > view.byteLength) throw refuse('it is cut off, or an offset points beyond its end');
}

function pay({ budget, refuse }: Context, count: number): void {
  budget.left -= count;
  if (budget.left < 0) throw refuse('its tables name each other more often than a file of its size can need');
}
