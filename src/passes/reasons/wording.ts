import type { DataType, Node, Value } from '../../model/index.js';

/** How a node is called in a sentence: `Relu /stem/act/Relu`. */
export function nameOf(node: Node): string {
  return node.label === node.operator ? node.operator : `${node.operator} ${node.label}`;
}

/** Who else needs a value than the nodes that would go, so that what makes it cannot go; undefined where nobody does. */
export function needOfOthers(value: Value, going: ReadonlySet<Node>): string | undefined {
  if (value.isOutput) return `${value.name} is an output of the graph`;
  const other = value.uses.find(({ node }) => !going.has(node));
  return other && `${value.name} is read by others too: ${nameOf(other.node)}`;
}

/** The factor is rounded up, so that `--max-cost` with the number that is told allows the merge. */
export function tooDear(cost: number, replaced: number): string {
  const factor = Math.ceil((100 * cost) / replaced - 1e-6) / 100;
  return `one convolution would cost ${factor.toFixed(2)} times the multiply-accumulates that it replaces`;
}

/** Why weights stay apart that could be merged but for their type; undefined: the type is not known. */
export function outOfRange(dtype: DataType | undefined): string {
  return `merged weights would leave the range of ${dtype ?? 'their type'}, or lose digits below its normal numbers`;
}
