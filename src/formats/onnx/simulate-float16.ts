import type { DataType, Model, Value } from '../../model/index.js';
import { inferTypes } from '../../operators/infer.js';
import { nodesKeptInFloat32 } from '../keep-fp32.js';
import { roundedToFloat16, TensorConverter } from './convert-tensor.js';
import { makeStatistics } from './make-statistics.js';
import { cast, connect, hasType, retype } from './retype.js';
import { nativeType, planRetyping, type RetypingPlan } from './retyping-plan.js';

/**
 * Makes a float32 model answer as its fp16 form does where the arithmetic really is fp16: constants are rounded, and a
 * Cast to float16 and back stands behind every operator. ONNX Runtime's CPU runs an fp16 graph in fp32 and drops the casts
 * between its nodes, so that x · 1000 · 1000 · 0.001 is 1000 there; here it is infinite, as on a device. In place.
 * @param keepFp32 as for `applyPrecision`; these nodes are not rounded
 */
export function simulateFloat16(model: Model, keepFp32: readonly string[] = []): void {
  const asked = nodesKeptInFloat32(model.graph, keepFp32);
  inferTypes(model.graph);
  if (hasType(model.graph, 'float16')) retype(model, 'float16', 'float32', new Set());
  const plan = planRetyping(model, 'float32', 'float16', asked, new TensorConverter('float16'));
  const roundings = new Roundings(plan);
  connect(plan, (value, type) => roundings.as(value, type));
  inferTypes(model.graph);
  makeStatistics(model);
}

/** A value, and what is left of it after float16. */
class Roundings {
  readonly #plan: RetypingPlan;
  readonly #rounded = new Map<Value, Value>();

  constructor(plan: RetypingPlan) {
    this.#plan = plan;
  }

  /** Values that the fp16 graph makes in float16 are rounded for every reader, the others for those that want float16. */
  as(value: Value, type: DataType): Value {
    const isMadeInFloat16 = nativeType(this.#plan, value) === 'float16';
    // What enters a subgraph by position has been rounded outside.
    if ((type === 'float32' && !isMadeInFloat16) || (!value.producer && !value.constant && isMadeInFloat16))
      return value;
    let rounded = this.#rounded.get(value);
    if (!rounded) {
      rounded = value.constant
        ? value.graph.addConstant(roundedToFloat16(value.constant), value.name)
        : cast(cast(value, 'float16'), 'float32');
      this.#rounded.set(value, rounded);
    }
    return rounded;
  }
}
