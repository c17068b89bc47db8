import { type Attribute, type Graph, isFloat, type Node, type Tensor, type Value } from '../../model/index.js';
import { inferTypes } from '../../operators/infer.js';
import { cast } from '../../operators/rows/cast.js';
import type { ArtefactConstant, ArtefactOperand, ArtefactOperation, ArtefactProgram } from '../format.js';
import { numberOf } from './write-type.js';

/** Attributes that say an element type. */
const TYPES: ReadonlySet<string> = new Set(['to', 'dtype', 'output_dtype', 'output_datatype']);
const FLOATS: ReadonlySet<unknown> = new Set([numberOf('float32'), numberOf('float16')]);

const FLOAT_TYPES: ReadonlyMap<unknown, 'fp16' | 'fp32'> = new Map([
  ['float32', 'fp32'],
  ['float16', 'fp16'],
]);

const decoder = new TextDecoder('latin1');

/** What a graph computes; graphs inside it know its values by their names. Types that the file does not say are inferred. */
export function programOf(graph: Graph): ArtefactProgram {
  inferTypes(graph);
  return recorded(graph);
}

function recorded(graph: Graph): ArtefactProgram {
  return {
    inputs: graph.inputs.map(({ name }) => name),
    outputs: graph.outputs.map((value, index) => ({ role: `output ${index}`, value: operandOf(value) })),
    operations: graph.sorted().map(operationOf),
  };
}

function operationOf(node: Node): ArtefactOperation {
  const attributes = [...node.attributes].sort(([a], [b]) => (a < b ? -1 : 1));
  const operands = node.inputs.flatMap((value, index): ArtefactOperand[] =>
    value ? [{ role: String(index), value: operandOf(value) }] : [],
  );
  const tensors = attributes.flatMap(([name, attribute]): ArtefactOperand[] =>
    attribute.kind === 'tensor' ? [{ role: name, value: constantOf(attribute.value) }] : [],
  );
  const texts = attributes.flatMap(([name, attribute]) => textOf(name, attribute) ?? []);
  return {
    operator: node.operatorName,
    operands: [...operands, ...(isZero(node, tensors) ? [] : tensors)],
    attributes: texts.join(),
    results: node.outputs.map((value) => value?.name),
    isCast: node.is('Cast') && isFloatType(cast.parameters(node).to),
    bodies: [...node.subgraphs()].map(recorded),
    name: node.label,
    computesIn: FLOAT_TYPES.get(node.outputs.find((value) => value !== undefined)?.dtype),
  };
}

const isFloatType = (dtype: unknown) => dtype === 'float32' || dtype === 'float16';

/** Zeros are what it makes where it does not say; in float16 it has to. */
function isZero(node: Node, [value]: readonly ArtefactOperand[]): boolean {
  if (!node.is('ConstantOfShape') || !value || typeof value.value === 'string') return false;
  return value.value.elements()[0] === 0;
}

function operandOf(value: Value): string | ArtefactConstant {
  return value.constant ? constantOf(value.constant) : value.name;
}

function constantOf(tensor: Tensor): ArtefactConstant {
  const { dtype, shape, strings } = tensor;
  const elements = () => {
    if (strings) return JSON.stringify(strings.map((bytes) => decoder.decode(bytes)));
    if (dtype === 'float32') return tensor.toFloat32();
    return isFloat(dtype) ? tensor.toFloat64() : tensor.bytes;
  };
  return { shape, stored: dtype === 'float16' ? 'half' : 'whole', elements };
}

function textOf(name: string, attribute: Attribute): string | undefined {
  switch (attribute.kind) {
    case 'tensor':
    case 'graph':
    case 'graphs':
      return undefined;
    case 'int':
      return TYPES.has(name) && FLOATS.has(Number(attribute.value)) ? undefined : `${name}=${attribute.value}`;
    case 'string':
    case 'raw':
      return `${name}=${decoder.decode(attribute.value)}`;
    case 'strings':
      return `${name}=${JSON.stringify(attribute.value.map((bytes) => decoder.decode(bytes)))}`;
    case 'tensors':
      return `${name}=${attribute.value.map(({ bytes }) => decoder.decode(bytes))}`;
    default:
      return `${name}=${attribute.value}`;
  }
}
