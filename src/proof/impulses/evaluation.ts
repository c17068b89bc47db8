import { sizeOf, type Value } from '../../model/index.js';
import type { Constants } from './constants.js';
import type { LinearMap } from './linear-maps.js';
import type { Region } from './region.js';
import { type AffineForm, NotAffine, type Operand } from './row.js';
import { rowOf } from './rows/index.js';

/** What a value is while its operands are 0: the part of it that no operand has a say in. */
interface Rest {
  readonly shape: readonly number[];
  readonly rest: Float64Array;
  readonly isConstant: boolean;
}

interface Step {
  readonly from: Value;
  readonly to: Value;
  readonly map: LinearMap;
}

/** Numbers in memory at once, for each value of a region. */
const BATCH = 2 ** 14;

/**
 * A region as an affine map, for operands of certain sizes: what it is at 0, and how it answers to changes of an operand.
 * Carried apart, a bias never fills what answers to an impulse, and nothing cancels.
 */
export class Evaluation {
  readonly shape: readonly number[];
  /** The result where all operands are 0. */
  readonly rest: Float64Array;
  /** How many impulses are answered at a time. */
  readonly batch: number;
  readonly #target: Value;
  readonly #steps: Step[] = [];
  readonly #sizes = new Map<Value, number>();
  readonly #answers = new Map<Value, Float64Array>();

  readonly #isOfMagnitudes: boolean;

  /**
   * @param isOfMagnitudes every factor and constant by its absolute value: what the sums could come to at most
   * @throws NotAffine
   */
  constructor(
    region: Region,
    shapes: ReadonlyMap<Value, readonly number[]>,
    constants: Constants,
    isOfMagnitudes = false,
  ) {
    this.#isOfMagnitudes = isOfMagnitudes;
    const values = new Map<Value, Rest>();
    for (const [value, shape] of shapes)
      values.set(value, { shape, rest: new Float64Array(sizeOf(shape)), isConstant: false });
    for (const node of region.nodes) {
      const operands = node.inputs.map((value) => value && operandOf(value, values, constants));
      const forms = rowOf(node)?.forms(node, operands) ?? [];
      node.outputs.forEach((value, index) => {
        const form = forms[index];
        if (!value || !form || values.has(value)) return;
        const kept = region.kept?.get(node);
        const terms = form.terms.filter(({ operand }) => !kept || kept.has(operand));
        values.set(value, this.#take(value, { ...form, terms }, node.inputs, values, constants));
      });
    }
    const target = values.get(region.target);
    if (!target) throw new NotAffine(`${region.target.name} was not evaluated`);
    this.shape = target.shape;
    this.rest = target.rest;
    this.#target = region.target;
    for (const [value, { rest }] of values) this.#sizes.set(value, rest.length);
    this.batch = Math.max(1, Math.floor(BATCH / Math.max(...this.#sizes.values())));
  }

  #take(
    to: Value,
    form: AffineForm,
    inputs: readonly (Value | undefined)[],
    values: ReadonlyMap<Value, Rest>,
    constants: Constants,
  ): Rest {
    const own = (numbers: Float64Array) => (this.#isOfMagnitudes ? numbers.map(Math.abs) : numbers.slice());
    const rest = form.constant ? own(form.constant) : new Float64Array(sizeOf(form.shape));
    let isConstant = true;
    for (const { operand, map: signed } of form.terms) {
      const from = inputs[operand];
      if (!from) continue;
      const map = this.#isOfMagnitudes ? signed.magnitudes() : signed;
      const known = values.get(from);
      map.addTo(rest, known?.rest ?? own(constants.of(from)?.constant ?? rest), 1);
      if (!known || known.isConstant) continue;
      isConstant = false;
      this.#steps.push({ from, to, map });
    }
    return { shape: form.shape, rest, isConstant };
  }

  /**
   * How the result answers to `count` changes of an operand, one after the other.
   * @param change at most `batch` vectors of the operand's size
   * @returns memory that the next call uses again
   */
  answer(operand: Value, change: Float64Array, count: number): Float64Array {
    const touched = new Set<Value>([operand]);
    for (const { from, to, map } of this.#steps) {
      if (!touched.has(from)) continue;
      const sum = this.#memory(to);
      if (!touched.has(to)) sum.fill(0, 0, count * (this.#sizes.get(to) ?? 0));
      touched.add(to);
      map.addTo(sum, from === operand ? change : this.#memory(from), count);
    }
    if (operand === this.#target) return change;
    const answer = this.#memory(this.#target);
    return touched.has(this.#target) ? answer : answer.fill(0);
  }

  #memory(value: Value): Float64Array {
    let memory = this.#answers.get(value);
    if (!memory) {
      memory = new Float64Array(this.batch * (this.#sizes.get(value) ?? 0));
      this.#answers.set(value, memory);
    }
    return memory;
  }
}

function operandOf(value: Value, values: ReadonlyMap<Value, Rest>, constants: Constants): Operand | undefined {
  const known = values.get(value);
  if (!known) return constants.of(value);
  return { shape: known.shape, constant: known.isConstant ? known.rest : undefined };
}
