import { decline } from '../../../lowering/decline.js';
import type { Refusals } from '../../../lowering/refusals.js';
import { isFlexible, type Model, type Value } from '../../../model/index.js';
import type { LowerOptions } from '../../format.js';

/** What had to be fixed before a program can be written: Core ML wants sizes. */
export interface FixedShapes {
  /** Whether an input got another shape, so that types have to be inferred anew. */
  readonly changed: boolean;
  readonly notes: readonly string[];
}

/**
 * Makes an unknown size of axis 0 of the inputs 1, everywhere its symbol stands in them: a phone sees one image at a time.
 * Any other unknown size is the user's to say. One that may vary within bounds stays open.
 */
export function fixShapes(model: Model, refusals: Refusals, asked: LowerOptions['shape'] = new Map()): FixedShapes {
  const { inputs } = model.graph;
  const batches = new Map<string, Value>();
  const isOpen = (value: Value, axis: number) => isFlexible(asked.get(value.name)?.[axis] ?? 0);
  for (const value of inputs) {
    const [first] = value.shape ?? [];
    if (!isOpen(value, 0) && typeof first === 'string' && !batches.has(first)) batches.set(first, value);
  }
  for (const value of inputs)
    value.shape = value.shape?.map((size) => (typeof size === 'string' && batches.has(size) ? 1 : size));
  for (const value of inputs) refusals.port(value, 'input', () => expectFixed(value, (axis) => isOpen(value, axis)));
  return {
    changed: batches.size > 0,
    notes: Array.from(batches, ([symbol, { name }]) => {
      const called = model.dimensionName(symbol);
      return `axis 0${called === undefined ? '' : ` (${called})`} of input ${name} became 1: Core ML takes fixed sizes; --shape gives another one`;
    }),
  };
}

/** @throws Declined */
function expectFixed({ name, shape, graph }: Value, isOpen: (axis: number) => boolean): void {
  if (shape?.every((size, axis) => typeof size === 'number' || isOpen(axis))) return;
  const sizes = shape
    ?.map((size) => (typeof size === 'number' ? size : (graph.model.dimensionName(size) ?? '?')))
    .join(',');
  decline(`its shape is [${sizes ?? '?'}], and Core ML takes fixed or bounded sizes: give --shape ${name}:SIZES`);
}
