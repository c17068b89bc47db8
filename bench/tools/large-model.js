import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import onnxProto from 'onnx-proto';

const { ModelProto, TensorProto } = onnxProto.onnx;
const { FLOAT } = TensorProto.DataType;

/** Floats that are drawn once and written again and again: what is in the weights costs no time. */
const DRAWN = 2 ** 20;

/** Weights in a file beside the model, each at a multiple of a page. */
class DataFile {
  #descriptor;
  #location;
  #end = 0;
  /** Declarations of what was added. */
  tensors = [];

  constructor(path) {
    this.#descriptor = openSync(path, 'w');
    this.#location = basename(path);
  }

  /** @param spread the largest magnitude; `shift` is added to each */
  add(name, dims, spread, shift = 0) {
    // No two alike: equal constants become one.
    const phase = this.tensors.length;
    const drawn = Float32Array.from({ length: DRAWN }, (_, i) => shift + spread * Math.sin(i * i + phase));
    const length = dims.reduce((product, size) => product * size, 4);
    const offset = this.#end;
    for (let at = 0; at < length; at += drawn.byteLength) {
      writeSync(this.#descriptor, drawn, 0, Math.min(drawn.byteLength, length - at), offset + at);
    }
    this.#end = Math.ceil((offset + length) / 4096) * 4096;
    const externalData = Object.entries({ location: this.#location, offset, length });
    this.tensors.push({
      name,
      dims,
      dataType: FLOAT,
      dataLocation: TensorProto.DataLocation.EXTERNAL,
      externalData: externalData.map(([key, value]) => ({ key, value: String(value) })),
    });
    return name;
  }

  close() {
    closeSync(this.#descriptor);
  }
}

/**
 * Writes a network of about 2.1 GiB with its weights beside it: blocks of a 3x3 and a 1x1 convolution with batch norms,
 * which merge, and in front of the answer two matrices of a GiB each.
 */
export function writeLargeModel(path, { channels = 512, blocks = 10, width = 16384 } = {}) {
  const data = new DataFile(`${path}.data`);
  const nodes = [];
  const add = (opType, input, attributes = {}) => {
    const output = `value_${nodes.length}`;
    const attribute = Object.entries(attributes).map(([name, ints]) => ({ name, ints, type: 7 }));
    nodes.push({ opType, input, output: [output], attribute });
    return output;
  };
  const branch = (value, block, size) => {
    const name = `block${block}.conv${size}`;
    const weight = data.add(`${name}.weight`, [channels, channels, size, size], 1 / (size * Math.sqrt(channels)));
    const pad = (size - 1) / 2;
    const convolved = add('Conv', [value, weight], { kernel_shape: [size, size], pads: [pad, pad, pad, pad] });
    const statistics = ['scale', 'bias', 'mean', 'variance'].map((statistic) =>
      data.add(`${name}.${statistic}`, [channels], 0.25, statistic === 'scale' || statistic === 'variance' ? 1 : 0),
    );
    return add('BatchNormalization', [convolved, ...statistics]);
  };
  let value = 'image';
  for (let block = 0; block < blocks; block++) {
    value = add('Relu', [add('Add', [branch(value, block, 3), branch(value, block, 1)])]);
  }
  value = add('Flatten', [add('GlobalAveragePool', [value])]);
  for (const [index, size] of [channels, width, width].entries()) {
    const weight = data.add(`matrix${index}`, [size, width], 1 / Math.sqrt(size));
    value = add('Relu', [add('MatMul', [value, weight])]);
  }
  const answer = add('MatMul', [value, data.add('answer', [width, 10], 1 / Math.sqrt(width))]);
  data.close();
  const port = (name, sizes) => ({
    name,
    type: { tensorType: { elemType: FLOAT, shape: { dim: sizes.map((size) => ({ dimValue: size })) } } },
  });
  const model = {
    irVersion: 8,
    producerName: 'mobileone-bench',
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'large',
      node: nodes,
      initializer: data.tensors,
      input: [port('image', [1, channels, 8, 8])],
      output: [port(answer, [1, 10])],
    },
  };
  writeFileSync(path, ModelProto.encode(ModelProto.fromObject(model)).finish());
}
