import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Each lives in a Python environment of its own: they ask for versions of onnx and numpy that exclude each other. */
export const TOOLS = [
  { name: 'onnxsim', writes: 'model.onnx', checks: true },
  { name: 'onnxslim', writes: 'model.onnx', checks: false },
  { name: 'onnxruntime', writes: 'model.onnx', checks: false },
  { name: 'onnxscript', writes: 'model.onnx', checks: false },
  { name: 'onnx2tf', writes: 'model.tflite', target: 'litert', checks: false },
  { name: 'coremltools', writes: 'model.mlpackage', target: 'coreml', checks: false },
];

/** What a tool is called, with what runs beside it. */
export const TITLES = {
  onnxsim: 'onnxsim',
  onnxslim: 'OnnxSlim',
  onnxruntime: 'ONNX Runtime, optimised offline',
  onnxscript: 'onnxscript, optimizer and rewriter',
  onnx2tf: 'onnx2tf',
  coremltools: 'coremltools, by onnx2torch',
};

export const requirementsOf = (name) => join(here, 'requirements', `${name}.txt`);

export const script = (name) => join(here, 'python', `${name}.py`);
