import type { FormatDeclaration } from '../format.js';
import { onnxPlacement } from './placement.js';

/** ONNX keeps the types of the source where nothing else is asked for. */
export const onnxDeclaration: FormatDeclaration = {
  name: 'onnx',
  title: 'ONNX',
  suffix: '.fused.onnx',
  engine: 'onnxruntime',
  placement: onnxPlacement,
  arithmetic: new Map([
    ['fp32', 'fp32'],
    ['fp16', 'fp16'],
  ]),
  defaultPrecision: () => undefined,
  colours: (order) => order,
  options: {},
};
