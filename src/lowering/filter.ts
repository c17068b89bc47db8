import { arrange, conversion, type Order } from '../layout/order.js';
import { reorder } from '../layout/reorder.js';
import { bytesOf, sizeOf, Tensor } from '../model/index.js';
import type { Builder, ConstantName } from './builder.js';
import { decline } from './decline.js';
import type { AnySite } from './site.js';

/** The weight of a convolution with two spatial axes, [O,I,kh,kw] as in ONNX: constant, or computed by the graph. */
export interface Filter<Ref> {
  /** [O,I,kh,kw]; one spatial axis has become two, the first of size 1. */
  readonly shape: readonly number[];
  /** undefined where it is computed. */
  readonly tensor: Tensor | undefined;
  /** The whole in the target's order. */
  dense(): Ref;
  /** Parts of equal numbers of output channels, likewise. */
  groups(count: number): Ref[];
  /** [C*M,1,kh,kw] as [kh,kw,C*M], under a shape with the same elements: output channel c*M + m comes from input channel c. */
  depthwise(shape: readonly number[]): Ref;
}

/** [O,1,kh,kw] as [kh,kw,1,O]. */
const DEPTHWISE = [2, 3, 1, 0];

/** @param order how dense filters of the target lie: [2,3,1,0] for HWIO */
export function constantFilter<Ref>(
  build: Builder<Ref>,
  name: ConstantName,
  tensor: Tensor,
  order: Order,
): Filter<Ref> {
  const dense = (part: Tensor, called = name) => build.tensor(called, reorder(part, order), arrange(part.shape, order));
  const whole = 'source' in name ? name.source : name.like;
  return {
    shape: tensor.shape,
    tensor,
    dense: () => dense(tensor),
    groups: (count) =>
      Array.from({ length: count }, (_, index) => dense(partOf(tensor, index, count), { like: `${whole}/${index}` })),
    depthwise: (shape) => build.tensor(name, reorder(tensor, DEPTHWISE), shape),
  };
}

/** @param dense the filter in `order`. @param shape [O,I,kh,kw] */
export function computedFilter<Ref>(
  build: Builder<Ref>,
  dense: Ref,
  shape: readonly number[],
  order: Order,
): Filter<Ref> {
  const [outputs = 1] = shape;
  return {
    shape,
    tensor: undefined,
    dense: () => dense,
    groups: (count) => build.split(dense, new Array<number>(count).fill(outputs / count), order.indexOf(0)),
    depthwise: (sizes) => build.reshape(build.transpose(dense, conversion(order, DEPTHWISE)), build.ints(sizes)),
  };
}

/**
 * The weight of a convolution. @param order how dense filters of the target lie. @param isLine one spatial axis becomes two
 * @throws Declined for a weight whose sizes are not known
 */
export function filterOf<Ref>(site: AnySite<Ref>, order: Order, isLine: boolean): Filter<Ref> {
  const value = site.value(1);
  const shape = site
    .onnxShape(1)
    .map((size) => (typeof size === 'number' ? size : decline('a weight of unknown size')));
  const [outputs = 1, inputs = 1, ...kernel] = shape;
  const plane = isLine ? [outputs, inputs, 1, ...kernel] : shape;
  if (value.constant) return constantFilter(site.build, { source: value.name }, value.constant.reshape(plane), order);
  const turned = site.turned(1, isLine ? lineOrder(order) : order);
  return computedFilter(site.build, isLine ? site.build.expandDims(turned, order.indexOf(2)) : turned, plane, order);
}

/** The order of a filter that lacks its first spatial axis. */
function lineOrder(order: Order): number[] {
  return order.flatMap((axis) => (axis === 2 ? [] : [Math.min(axis, 2)]));
}

/** Part `index` of `count` equal parts along the first axis, as a view. */
export function partOf(tensor: Tensor, index: number, count: number): Tensor {
  const [first = 1, ...rest] = tensor.shape;
  const length = tensor.byteLength / count;
  return new Tensor(tensor.dtype, [first / count, ...rest], () =>
    tensor.bytes.subarray(index * length, (index + 1) * length),
  );
}

/** The kernel with zeros between its taps, which has dilation 1: [O,I,kh,kw] becomes [O,I,(kh-1)*dh+1,(kw-1)*dw+1]. */
export function stuffed(tensor: Tensor, dilations: readonly number[]): Tensor {
  const [outputs = 1, inputs = 1, height = 1, width = 1] = tensor.shape;
  const [dilationY = 1, dilationX = 1] = dilations;
  const tall = (height - 1) * dilationY + 1;
  const wide = (width - 1) * dilationX + 1;
  const shape = [outputs, inputs, tall, wide];
  return new Tensor('float32', shape, () => {
    const source = tensor.toFloat32();
    const target = new Float32Array(sizeOf(shape));
    for (let plane = 0; plane < outputs * inputs; plane++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          target[(plane * tall + y * dilationY) * wide + x * dilationX] = source[(plane * height + y) * width + x] ?? 0;
        }
      }
    }
    return bytesOf(target);
  });
}

/** A grouped filter [O,I/g,kh,kw] as a dense one [O,I,kh,kw] with zeros outside its blocks. */
export function blockDiagonal(tensor: Tensor, groups: number): Tensor {
  const [outputs = 1, perGroup = 1, height = 1, width = 1] = tensor.shape;
  const area = height * width;
  const run = perGroup * area;
  const shape = [outputs, perGroup * groups, height, width];
  return new Tensor('float32', shape, () => {
    const source = tensor.toFloat32();
    const target = new Float32Array(sizeOf(shape));
    for (let output = 0; output < outputs; output++) {
      const group = Math.floor((output * groups) / outputs);
      target.set(source.subarray(output * run, (output + 1) * run), (output * groups + group) * run);
    }
    return bytesOf(target);
  });
}
