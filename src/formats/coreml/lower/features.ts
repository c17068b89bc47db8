import { decline } from '../../../lowering/decline.js';
import type { Refusals } from '../../../lowering/refusals.js';
import { formatShape, type Graph, isStatic, type Shape, UsageError, type Value } from '../../../model/index.js';
import type { LowerOptions } from '../../format.js';
import type { Names } from '../../names.js';
import { type InputFeature, MilValue } from '../program/program.js';
import { text } from './constants.js';
import type { ProgramBuilder } from './program-builder.js';
import type { SizeBounds } from './size-bounds.js';
import { milTypeOf, shapeOf } from './types.js';
import type { Values } from './values.js';

/** Where a program grows. */
export interface Building {
  readonly builder: ProgramBuilder;
  readonly values: Values;
  readonly names: Names;
  readonly refusals: Refusals;
  readonly bounds: SizeBounds;
  /** The inputs and outputs of the source, by the names that they have in the program; grows. */
  readonly ends: Map<string, Value>;
}

/** Every float input is float32, every integer one int32, and a bool one float32 too: Core ML has no features of bool. */
export function lowerInputs(graph: Graph, { image, shape: asked }: LowerOptions, building: Building): InputFeature[] {
  const { builder, values, names, refusals, ends } = building;
  const features: InputFeature[] = [];
  for (const value of graph.inputs) {
    refusals.port(value, 'input', () => {
      const shape = shapeOf(value);
      if (shape.length === 0 || shape.length > 5)
        decline(`it has rank ${shape.length}; Core ML takes inputs of 1 to 5`);
      const kind = milTypeOf(value.dtype);
      const made = new MilValue({ dtype: kind === 'int32' ? 'int32' : 'fp32', shape }, value.name);
      made.name = names.own(value.name);
      made.holds = value;
      const isImage = image?.input === value.name;
      if (isImage) checkImage(value, shape, image.order);
      const bounds = isStatic(shape) ? undefined : asked?.get(value.name);
      features.push({ value: made, image: isImage ? image.order : undefined, asked: bounds });
      ends.set(made.name, value);
      values.set(value, kind === 'bool' ? toBool(builder, made) : made);
    });
  }
  values.commit();
  return features;
}

function toBool(builder: ProgramBuilder, x: MilValue): MilValue {
  const type = { dtype: 'bool', shape: x.type.shape } as const;
  return builder.emit('cast', { x, dtype: text('bool') }, [type], `${x.hint}_bool`)[0] ?? x;
}

function checkImage({ name }: Value, shape: Shape, order: 'rgb' | 'bgr' | 'gray'): void {
  const channels = order === 'gray' ? 1 : 3;
  if (shape.length === 4 && shape[0] === 1 && shape[1] === channels) return;
  throw new UsageError({
    what: `a Core ML image in ${order} is [1,${channels},height,width], the input is ${formatShape(shape)}`,
    where: { value: name },
    todo: 'leave out --image, or give --shape',
  });
}

/**
 * An output of the graph as one value that only this feature bears, cast to what a feature may be, under the name that the
 * source has for it, where that is legal.
 * @param features what bears the name of a feature already; grows
 */
export function lowerOutput(
  output: Value,
  features: Set<MilValue>,
  { builder, values, names, ends }: Building,
): MilValue {
  if ((output.rank ?? 0) > 5) decline(`it has rank ${output.rank}; Core ML stops at 5`);
  const found = values.get(output, 'fp32');
  const { dtype, shape } = found.type;
  let result = found;
  if (dtype === 'bool') {
    [result = found] = builder.emit('cast', { x: found, dtype: text('fp32') }, [{ dtype: 'fp32', shape }], output.name);
  } else if (features.has(found) || found.constant) {
    [result = found] = builder.emit('identity', { x: found }, [found.type], output.name);
  }
  features.add(result);
  result.name = names.own(output.name);
  ends.set(result.name, output);
  result.holds = output;
  return result;
}
