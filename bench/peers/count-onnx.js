import { readFileSync } from 'node:fs';
import onnxProto from 'onnx-proto';

/** How many convolutions (also fused ones of ONNX Runtime's own) and batch norms an ONNX file has, its subgraphs with it. */
export function countOnnx(path) {
  const names = operatorsOf(onnxProto.onnx.ModelProto.decode(readFileSync(path)).graph);
  return {
    convolutions: names.filter((name) => /^(Fused)?Conv$/.test(name)).length,
    batchNorms: names.filter((name) => name === 'BatchNormalization').length,
  };
}

function operatorsOf({ node }) {
  return node.flatMap(({ opType, attribute }) => [
    opType,
    ...attribute.flatMap(({ g, graphs }) => [...(g ? [g] : []), ...graphs].flatMap(operatorsOf)),
  ]);
}
