import type { Node } from '../model/index.js';
import { WITHOUT_FLOAT16 } from './without-float16.js';

/** What of an operator takes or gives float32 but no float16, by the type lists of ONNX's operator schemas. */
interface Float32Only {
  readonly since: number;
  /** Every operand and result that may be float32. */
  readonly isWhole: boolean;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

const indices = (text: string) => (text === '' ? [] : text.split(',').map(Number));

function parsed(text: string): Float32Only {
  const [since, what = ''] = text.split(':');
  const isWhole = what === 'all';
  const [inputs = '', outputs = ''] = isWhole ? [] : what.split('/');
  return { since: Number(since), isWhole, inputs: indices(inputs), outputs: indices(outputs) };
}

const table: ReadonlyMap<string, readonly Float32Only[]> = new Map(
  WITHOUT_FLOAT16.trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([name = '', ...changes]) => [name, changes.map(parsed)]),
);

function factsOf(node: Node): Float32Only | undefined {
  const changes = node.domain === '' ? table.get(node.operator) : undefined;
  return changes?.findLast(({ since }) => node.opset >= since);
}

/** Whether no operand or result of the operator may be float16 where float32 may. */
export function isFloat32Only(node: Node): boolean {
  return factsOf(node)?.isWhole ?? false;
}

/** Whether float16 is no type of the operand at `index`, though float32 is; not asked of operators that are float32 as a whole. */
export function isFloat32Input(node: Node, index: number): boolean {
  return factsOf(node)?.inputs.includes(index) ?? false;
}

/** The same for the result at `index`. */
export function isFloat32Output(node: Node, index: number): boolean {
  return factsOf(node)?.outputs.includes(index) ?? false;
}
