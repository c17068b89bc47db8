import type { Model } from '../../model/index.js';
import { existsAt, signatureOf } from '../../operators/schema.js';
import { invalid, labelOf } from './invalid.js';
import { domainOf } from './opsets.js';
import type { Message } from './schema.js';

type NodeProto = Message<'NodeProto'>;

/**
 * Refuses a node that no operator set allows, whether or not anything reads it: validity is of the file.
 * @throws InputError
 */
export function checkNode(node: NodeProto, { opsets, opset }: Model): void {
  const operator = node.opType ?? '';
  const domain = domainOf(node.domain);
  const fail = (what: string) => invalid(what, { node: labelOf(node) });
  if (operator === '') throw fail('a node has no operator');
  if (!opsets.has(domain)) {
    throw fail(`the operator ${operator} is of the domain ${domain}, which the file does not import`);
  }
  if (node.output.every((name) => name === '')) throw fail(`${operator} has no outputs`);
  if (domain !== '') return;
  const existence = existsAt(operator, opset);
  if (existence !== 'yes') {
    const reason = existence === 'unknown' ? 'there is none of this name' : `${existence} for it`;
    throw fail(`no operator ${operator} in opset ${opset}: ${reason}`);
  }
  checkSignature(node, operator, fail);
}

function checkSignature(node: NodeProto, operator: string, fail: (what: string) => Error): void {
  const signature = signatureOf(operator);
  if (!signature) return;
  const { required, mostInputs, mostOutputs, attributes } = signature;
  for (let index = 0; index < required; index++) {
    if (!node.input[index]) throw fail(`${operator} has no input ${index}: it is missing, ${required} are needed`);
  }
  if (node.input.length > mostInputs && given(node.input) > mostInputs) {
    throw fail(`${operator} has ${given(node.input)} inputs, it takes ${mostInputs} at most`);
  }
  if (node.output.length > mostOutputs && given(node.output) > mostOutputs) {
    throw fail(`${operator} has ${given(node.output)} outputs, it gives ${mostOutputs} at most`);
  }
  for (const { name = '' } of node.attribute) {
    if (!attributes.has(name)) throw fail(`${operator} has no attribute ${name}`);
  }
}

/** How many names are given, those that are left out at the end not counted. */
function given(names: readonly string[]): number {
  return names.findLastIndex((name) => name !== '') + 1;
}
