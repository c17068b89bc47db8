import {
  type AskedShape,
  type DataType,
  EngineError,
  type Graph,
  InputError,
  isFlexible,
  isInteger,
  type Shape,
  type Use,
  type Value,
} from '../model/index.js';
import { hasTrait } from '../operators/index.js';
import { conv } from '../operators/rows/convolution.js';
import { gather } from '../operators/rows/gather.js';

/** What a trial input must be like. */
export interface InputSpec {
  readonly name: string;
  readonly dtype: DataType;
  /** Where a size is open, what the file calls it. */
  readonly shape: Shape;
  /** Set where the sizes that may vary have bounds. */
  readonly asked?: AskedShape | undefined;
  /** For integers: how many there are to choose from, counted from 0. */
  readonly below: number;
}

/**
 * The inputs of a model for trials: sizes as the graph has them, channels that are open from the weight of the first
 * convolution, and for integers the range that those who look something up with them allow, else 0 and 1.
 * @param asked what was asked of sizes, by name of the input
 * @throws InputError where a rank is not known
 * @throws EngineError where an input is no tensor
 */
export function describeInputs(graph: Graph, asked?: ReadonlyMap<string, AskedShape>): InputSpec[] {
  return graph.inputs.map((value) => {
    const { name, dtype } = value;
    const shape = value.shape?.map((size) =>
      typeof size === 'string' ? (graph.model.dimensionName(size) ?? size) : size,
    );
    if (value.otherType || dtype === undefined) {
      throw new EngineError({
        what: 'an input is no tensor, so there are no trial inputs',
        where: { value: name },
        todo: 'use --no-check',
      });
    }
    if (!shape) {
      throw new InputError({ what: 'the rank of an input is not known', where: { value: name }, todo: 'give --shape' });
    }
    const bounds = asked?.get(name);
    const channels = shape.length > 2 && typeof shape[1] === 'string' ? channelsAsked(value) : undefined;
    return {
      name,
      dtype,
      shape: channels === undefined ? shape : [...shape.slice(0, 1), channels, ...shape.slice(2)],
      ...(bounds?.some(isFlexible) ? { asked: bounds } : {}),
      below: isInteger(dtype) ? rangeAsked(value) : 2,
    };
  });
}

function channelsAsked(input: Value): number | undefined {
  for (const { node, index } of readersThrough(input, keepsChannels)) {
    const perGroup = index === 0 && node.is('Conv') ? node.inputs[1]?.shape?.[1] : undefined;
    if (typeof perGroup === 'number') return perGroup * conv.parameters(node).group;
  }
  return undefined;
}

function rangeAsked(input: Value): number {
  const sizes: number[] = [];
  for (const { node, index } of readersThrough(input, handsOn)) {
    const size = index === 1 && node.is('Gather') ? node.inputs[0]?.shape?.[gather.parameters(node).axis] : undefined;
    if (typeof size === 'number') sizes.push(size);
  }
  return sizes.length > 0 ? Math.max(1, Math.min(...sizes)) : 2;
}

/** Equal symbols are equal sizes; and where operands are broadcast, a size that was open may be told. */
function keepsChannels({ node, index }: Use): boolean {
  const size = node.inputs[index]?.shape?.[1];
  return hasTrait(node, 'elementwise') || (size !== undefined && size === node.outputs[0]?.shape?.[1]);
}

const handsOn = ({ node, index }: Use): boolean => hasTrait(node, 'joins') || (index === 0 && hasTrait(node, 'moves'));

/** All who read the value, also as what others make of it; nearer ones first. */
function* readersThrough(start: Value, goesThrough: (use: Use) => boolean): Generator<Use> {
  const seen = new Set([start]);
  // A set is walked in the order of insertion, also over what is added meanwhile.
  for (const value of seen) {
    for (const use of value.uses) {
      yield use;
      if (!goesThrough(use)) continue;
      for (const output of use.node.outputs) if (output) seen.add(output);
    }
  }
}
