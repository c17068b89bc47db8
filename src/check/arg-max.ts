/** Whether source and artefact choose the same class, row by row; classes stand on axis 1 of outputs of rank 2 and 4. */
export class ArgMaxAgreement {
  readonly #leads: number[] = [];
  readonly #agrees: boolean[] = [];

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
        this.#leads.push(chosen.lead);
        this.#agrees.push(chosen.index === leader(b, start, classes, inner).index);
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
    this.#leads.forEach((lead, row) => {
      if (lead < undecided) return;
      decided++;
      if (this.#agrees[row]) agreed++;
    });
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
