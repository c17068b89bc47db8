import { type Model, UsageError } from '../../model/index.js';
import { inferTypes } from '../../operators/infer.js';
import { movesApart } from '../float32-by-rule.js';
import type { Precision } from '../format.js';
import { nodesKeptInFloat32 } from '../keep-fp32.js';
import { hasType, retype } from './retype.js';

/**
 * The whole graph in another precision, in place; inputs and outputs keep their types.
 * @param keepFp32 names or globs of nodes that stay in float32
 * @returns what had to stay, a sentence each
 * @throws UsageError for `int8`, which is not written here, or where a pattern matches no node
 */
export function applyPrecision(model: Model, precision: Precision | undefined, keepFp32: readonly string[]): string[] {
  if (precision === 'int8' || precision === 'pal6' || precision === 'pal4') {
    throw new UsageError({ what: `--precision ${precision} is not for onnx`, todo: 'take fp16' });
  }
  const asked = nodesKeptInFloat32(model.graph, keepFp32);
  if (precision === 'fp16') {
    inferTypes(model.graph);
    const { overflowing } = retype(model, 'float32', 'float16', new Set([...asked, ...movesApart(model.graph)]));
    return overflowing.map((name) => `${name} holds numbers beyond 65504; what reads it stays in fp32`);
  }
  if (precision === 'fp32') {
    inferTypes(model.graph);
    if (hasType(model.graph, 'float16')) retype(model, 'float16', 'float32', new Set());
  }
  return [];
}
