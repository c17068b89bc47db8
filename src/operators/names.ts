import { FIRST_IN, REMOVED_IN } from './operator-names.js';

/** `unknown`: no operator set has it. */
export type Existence = 'yes' | 'unknown' | 'too new' | 'removed';

const firstIn = new Map([...FIRST_IN].flatMap(([opset, names]) => names.map((name) => [name, opset] as const)));

/** Whether ONNX's own operator set `opset` has an operator of this name. Cheap: no schema is loaded. */
export function existsAt(name: string, opset: number): Existence {
  const first = firstIn.get(name);
  if (first === undefined) return 'unknown';
  if (opset < first) return 'too new';
  const [removed, back] = REMOVED_IN.get(name) ?? [Number.POSITIVE_INFINITY, 0];
  return opset >= removed && (back === 0 || opset < back) ? 'removed' : 'yes';
}
