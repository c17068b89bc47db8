import { isFloat, isStatic, type Node, sizeOf, Tensor, type Value } from '../../model/index.js';
import { areKnown, type Regions } from './region.js';
import type { Operand, Operands } from './row.js';
import { rowOf } from './rows/index.js';

/** The constants of a graph, computed where they are made by nodes; each result is rounded to its type, as the standard has it. */
export class Constants {
  readonly #regions: Regions;
  readonly #known = new Map<Value, Operand>();

  constructor(regions: Regions) {
    this.#regions = regions;
  }

  /** undefined where an input has a say in it. @throws NotAffine where it cannot be computed here */
  of(value: Value): Operand | undefined {
    if (!this.#regions.isConstant(value)) return undefined;
    // Weights of the file are not kept: all of a network's in float64 would take twice its size.
    const known = this.#known.get(value) ?? given(value);
    if (known) return known;
    this.#compute(value);
    return this.#known.get(value);
  }

  #compute(target: Value): void {
    for (const node of this.#regions.ofConstant(target)) {
      const operands = node.inputs.map((value) => value && (this.#known.get(value) ?? given(value)));
      for (const [value, operand] of computed(node, operands)) this.#known.set(value, operand);
    }
  }
}

/** The results of a node whose operands are all constant. @throws NotAffine where they cannot be computed here */
export function computed(node: Node, operands: Operands): [Value, Operand][] {
  const forms = rowOf(node)?.forms(node, operands) ?? [];
  return node.outputs.flatMap((value, index): [Value, Operand][] => {
    const form = forms[index];
    if (!value || !form) return [];
    const sum = form.constant?.slice() ?? new Float64Array(sizeOf(form.shape));
    for (const { operand, map } of form.terms) map.addTo(sum, operands[operand]?.constant ?? new Float64Array(), 1);
    return [[value, { shape: form.shape, constant: rounded(value, form.shape, sum) }]];
  });
}

/** What a file or inference says of a constant. */
export function given({ constant, elements, shape }: Value): Operand | undefined {
  if (constant) return { shape: constant.shape, constant: constant.toFloat64() };
  return areKnown(elements) && isStatic(shape) ? { shape, constant: Float64Array.from(elements) } : undefined;
}

function rounded({ dtype }: Value, shape: readonly number[], exact: Float64Array): Float64Array {
  return dtype && isFloat(dtype) ? Tensor.from(dtype, shape, exact).toFloat64() : exact;
}
