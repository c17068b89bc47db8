import type { ArtefactOperand, ArtefactOperation, ArtefactProgram } from '../format.js';
import type { ReadModel } from './read/read-model.js';
import { inOrder, nameOfResult, type ReadNode, type Reference } from './read/read-topology.js';

/** What a GraphModel computes. A node's results are as many as are read of it. */
export function programOf({ nodes, weights, inputs, outputs }: ReadModel): ArtefactProgram {
  const constants = new Map(weights.map(({ name, constant }) => [name, constant]));
  const operandOf = (role: string, reference: Reference): ArtefactOperand => ({
    role,
    value: constants.get(reference.node) ?? nameOfResult(reference),
  });
  const read = [...[...nodes.values()].flatMap((node) => node.inputs), ...outputs];
  const resultsOf = ({ name }: ReadNode) => {
    const last = Math.max(0, ...read.flatMap(({ node, index }) => (node === name ? index : [])));
    return Array.from({ length: last + 1 }, (_, index) => nameOfResult({ node: name, index }));
  };
  const operationOf = (node: ReadNode): ArtefactOperation => ({
    operator: node.op,
    operands: node.inputs.map((input, index) => operandOf(String(index), input)),
    attributes: JSON.stringify(node.attributes.raw ?? {}),
    results: resultsOf(node),
    isCast: false,
    bodies: [],
  });
  const computing = inOrder(nodes).filter(({ op }) => op !== 'Const' && !op.startsWith('Placeholder'));
  return {
    inputs: inputs.map(({ node }) => node),
    outputs: outputs.map((endpoint, index) => operandOf(`output ${index}`, endpoint)),
    operations: computing.map(operationOf),
  };
}
