import { type Graph, type NodeParts, Tensor, type Value } from '../../../model/index.js';

type Attributes = NonNullable<NodeParts['attributes']>;

/** ONNX's numbers of the types that `Cast` is asked for here. */
const CAST_TO = { fp64: 11, fp16: 10, fp32: 1, int32: 6, int64: 7, bool: 9 } as const;

/** Makes nodes of the graph that a program is turned back into. They have no source: the program is all there is. */
export class OnnxBuilder {
  readonly graph: Graph;

  constructor(graph: Graph) {
    this.graph = graph;
  }

  node(operator: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): Value {
    return this.graph.insert({ operator, inputs, attributes, origin: [] }).output();
  }

  /** A node with several results. */
  nodes(operator: string, inputs: readonly Value[], attributes: Attributes, outputs: number): Value[] {
    const node = this.graph.insert({ operator, inputs, attributes, outputs, origin: [] });
    return Array.from({ length: outputs }, (_, index) => node.output(index));
  }

  cast(x: Value, to: keyof typeof CAST_TO): Value {
    return this.node('Cast', [x], { to: CAST_TO[to] });
  }

  /** What fp16 makes of a float32: the value is rounded to binary16, and then widened again. */
  rounded(x: Value): Value {
    return this.cast(this.cast(x, 'fp16'), 'fp32');
  }

  /** A float32 scalar. */
  number(value: number): Value {
    return this.scalar(value, 'float32');
  }

  floats(shape: readonly number[], values: Float32Array): Value {
    return this.graph.addConstant(Tensor.from('float32', shape, values));
  }

  /** The sizes of x from one axis to another, as an int64 vector. */
  sizes(x: Value, start: number, end: number): Value {
    return this.node('Shape', [x], { start, end });
  }

  /** An int64 vector, as ONNX takes shapes, axes and sizes. */
  ints(values: readonly number[]): Value {
    return this.graph.addConstant(Tensor.ofShape(values));
  }

  /** An int64 scalar, as ONNX takes the index of one element. */
  place(value: number): Value {
    return this.graph.addConstant(Tensor.from('int64', [], [value]));
  }

  scalar(value: number, dtype: 'int32' | 'float32'): Value {
    return this.graph.addConstant(Tensor.from(dtype, [], [value]));
  }
}
