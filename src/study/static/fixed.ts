import type { Tensor, Value } from '../../model/index.js';

/**
 * The constant that a value is before anything runs: an initializer, what a `Constant` node holds, or such a one as it is:
 * exporters hand on what several nodes read by `Identity`.
 */
export function constantBehind({ constant, producer }: Value): Tensor | undefined {
  if (constant || !producer) return constant;
  const [operand] = producer.inputs;
  if (producer.is('Identity')) return operand && constantBehind(operand);
  if (!producer.is('Constant')) return undefined;
  for (const attribute of producer.attributes.values()) if (attribute.kind === 'tensor') return attribute.value;
  return undefined;
}

/** Whether a value is known before anything runs; a `Constant` node may hold numbers as attributes, too. */
export function isFixed(value: Value): boolean {
  return constantBehind(value) !== undefined || value.producer?.is('Constant') === true;
}
