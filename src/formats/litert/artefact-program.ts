import { float16ToNumber } from '../../model/index.js';
import { blocksAlong } from '../blocks.js';
import type { ArtefactConstant, ArtefactOperation, ArtefactProgram } from '../format.js';
import type { LitertProgram, ProgramOperator, ProgramTensor } from './program.js';

/** What a file computes; a constant that is turned back into float32 counts as one that is stored so. */
export function programOf(program: LitertProgram, nameOf: (tensor: ProgramTensor) => string): ArtefactProgram {
  const operandOf = (tensor: ProgramTensor) => (tensor.data ? constantOf(tensor) : nameOf(tensor));
  const operationOf = ({ operation, inputs, outputs, options }: ProgramOperator): ArtefactOperation => ({
    operator: operation.name,
    operands: inputs.flatMap((tensor, index) => (tensor ? [{ role: String(index), value: operandOf(tensor) }] : [])),
    attributes: JSON.stringify(options),
    results: outputs.map(nameOf),
    isCast: operation.name === 'DEQUANTIZE' && inputs[0]?.data !== undefined,
    bodies: [],
  });
  return {
    inputs: program.inputs.map(({ tensor }) => nameOf(tensor)),
    outputs: program.outputs.map(({ tensor }, index) => ({ role: `output ${index}`, value: operandOf(tensor) })),
    operations: program.operators.map(operationOf),
  };
}

function constantOf({ type, shape, data, quantization }: ProgramTensor): ArtefactConstant {
  const bytes = () => new Uint8Array(data?.bytes() ?? []);
  if (type === 'float16') {
    return {
      shape,
      stored: 'half',
      elements: () => Float32Array.from(new Uint16Array(bytes().buffer), float16ToNumber),
    };
  }
  if (type !== 'int8' || !quantization) {
    return {
      shape,
      stored: 'whole',
      elements: () => (type === 'float32' ? new Float32Array(bytes().buffer) : bytes()),
    };
  }
  const { scale: scales, zeroPoint, axis } = quantization;
  const offsets = scales.map((scale, place) => -scale * (zeroPoint[place] ?? 0));
  const blocks = scales.length === 1 ? [] : blocksAlong(shape, axis);
  const steps = { kind: 'steps', least: -127, most: 127, scales, offsets, blocks } as const;
  return { shape, stored: steps, elements: () => new Int8Array(bytes().buffer) };
}
