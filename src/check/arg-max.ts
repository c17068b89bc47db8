/**
 * Rows by how far the source's largest value leads: how many there are, and how many choose the same class. Leads are rounded
 * down to eight digits of base two, so that an image of classes takes no more room than a row.
 */
export type Rows = Record<string, readonly [rows: number, agreeing: number]>;

/** Whether source and artefact choose the same class, row by row; classes stand on axis 1 of outputs of rank 2 and 4. */
export class ArgMaxAgreement {
  readonly #rows: Rows;

  /** @param rows what was gathered is kept there */
  constructor(rows: Rows = {}) {
    this.#rows = rows;
  }

  absorb(later: Rows): void {
    for (const [lead, [rows, agreeing]] of Object.entries(later)) this.#count(lead, rows, agreeing);
  }

  #count(lead: string, rows: number, agreeing: number): void {
    const [known = 0, agreed = 0] = this.#rows[lead] ?? [];
    this.#rows[lead] = [known + rows, agreed + agreeing];
  }

  /**
   * @param shape [N, C] or [N, C, H, W]; others have no classes
   * @param a the source's elements, row-major
   * @param b the artefact's
   */
  add(shape: readonly number[], a: Float64Array, b: Float64Array): void {
    const [rows = 0, classes = 0, height = 1, width = 1] = shape;
    if ((shape.length !== 2 && shape.length !== 4) || classes < 2) return;
    const inner = height * width;
    for (let row = 0; row < rows; row++) {
      for (let place = 0; place < inner; place++) {
        const start = row * classes * inner + place;
        const chosen = leader(a, start, classes, inner);
        const isSame = chosen.index === leader(b, start, classes, inner).index;
        this.#count(String(roundedDown(chosen.lead)), 1, isSame ? 1 : 0);
      }
    }
  }

  /**
   * Share of rows that agree. Rows where the source's two largest values differ by less than `undecided` are left out:
   * there it has not decided itself.
   * @returns null where no row is left
   */
  share(undecided: number): number | null {
    let decided = 0;
    let agreed = 0;
    for (const [lead, [rows, agreeing]] of Object.entries(this.#rows)) {
      if (Number(lead) < roundedDown(undecided)) continue;
      decided += rows;
      agreed += agreeing;
    }
    return decided === 0 ? null : agreed / decided;
  }
}

/** The first largest of `classes` values that stand `stride` apart, and by how much it leads. */
function leader(values: Float64Array, start: number, classes: number, stride: number): { index: number; lead: number } {
  let index = 0;
  let largest = values[start] ?? Number.NaN;
  let second = Number.NEGATIVE_INFINITY;
  for (let k = 1; k < classes; k++) {
    const value = values[start + k * stride] ?? Number.NaN;
    if (value > largest) {
      second = largest;
      largest = value;
      index = k;
    } else if (value > second) second = value;
  }
  return { index, lead: largest - second };
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The number with the first eight binary digits alone; not a number stays what it is. */
function roundedDown(value: number): number {
  float[0] = value;
  bits[0] = (bits[0] ?? 0) & 0xffff0000;
  return float[0] ?? value;
}
