// Faults that a merged node of a written graph may have. Each takes the node and says whether it changed it: not all nodes can
// have each. Tensors are changed in place, so the graph must be read from bytes of its own.

const numbersOf = (tensor) => new DataView(tensor.bytes.buffer, tensor.bytes.byteOffset, tensor.bytes.byteLength);
const read = (tensor, i) => numbersOf(tensor).getFloat32(4 * i, true);
const write = (tensor, i, value) => numbersOf(tensor).setFloat32(4 * i, value, true);

/** How many weights an output channel has, in a row as a rule: of a matrix that is not transposed in a column. */
function placesOfChannel(node, channel) {
  const { shape, size } = node.constant(1);
  const isColumn = node.operator === 'MatMul' || (node.operator === 'Gemm' && node.int('transB', 0) === 0);
  const [channels, step] = isColumn ? [shape.at(-1), shape.at(-1)] : [shape[0], 1];
  const count = size / channels;
  return Array.from({ length: count }, (_, i) => (isColumn ? channel + i * step : channel * count + i));
}

const channelsOf = (node) => {
  const { shape } = node.constant(1);
  return placesOfChannel(node, 0).length === shape.reduce((a, b) => a * b, 1) / shape[0] ? shape[0] : shape.at(-1);
};

/** Numbers below are rounded in steps of their own. */
const SMALLEST_NORMAL = 2 ** -126;

/** A weight of an output channel in the middle, chosen by its magnitude; -1 where all are 0. */
function weightOf(node, isBetter) {
  const tensor = node.constant(1);
  const places = placesOfChannel(node, Math.floor(channelsOf(node) / 2));
  return places.reduce((best, place) => {
    const magnitude = Math.abs(read(tensor, place));
    if (magnitude < SMALLEST_NORMAL) return best;
    return best < 0 || isBetter(magnitude, Math.abs(read(tensor, best))) ? place : best;
  }, -1);
}

function changeWeight(node, place, change) {
  if (place < 0) return false;
  const tensor = node.constant(1);
  write(tensor, place, change(read(tensor, place)));
  return true;
}

/** The float32 three steps further from 0. */
function threeStepsOn(value) {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, value);
  bits.setUint32(0, bits.getUint32(0) + 3);
  return bits.getFloat32(0);
}

function changePads(node, changeAt, by) {
  const pads = node.ints('pads', undefined);
  if (!pads || !changeAt(pads, node.ints('strides', [1]))) return false;
  node.attributes.set('pads', { kind: 'ints', value: by(pads, pads.length / 2) });
  return true;
}

/** @type {Record<string, (node: any) => boolean>} */
export const faults = {
  'a weight times 1 + 1e-5': (node) =>
    changeWeight(
      node,
      weightOf(node, (a, b) => a > b),
      (value) => value * (1 + 1e-5),
    ),
  'the smallest weight of a channel times 1 + 1e-5': (node) =>
    changeWeight(
      node,
      weightOf(node, (a, b) => a < b),
      (value) => value * (1 + 1e-5),
    ),
  'a weight off by 3 ulp': (node) =>
    changeWeight(
      node,
      weightOf(node, (a, b) => a > b),
      threeStepsOn,
    ),
  'a border column of 0': (node) => {
    const tensor = node.constant(1);
    const width = tensor.shape.at(-1);
    if (node.operator !== 'Conv' || width === 1) return false;
    for (let i = 0; i < tensor.size; i += width) write(tensor, i, 0);
    return true;
  },
  'a pad moved': (node) =>
    changePads(
      node,
      ([begin]) => begin > 0,
      (pads, axes) => pads.map((pad, i) => (i === 0 ? pad - 1 : i === axes ? pad + 1 : pad)),
    ),
  'a bias + 1e-6': (node) => {
    const bias = node.constant(2);
    if (!bias) return false;
    const values = Array.from({ length: bias.size }, (_, i) => Math.abs(read(bias, i)));
    const least = values.indexOf(Math.min(...values));
    // Larger ones are rounded by more.
    if (values[least] > 4) return false;
    write(bias, least, read(bias, least) + 1e-6);
    return true;
  },
  'two channels swapped': (node) => {
    if (channelsOf(node) < 2) return false;
    const [tensor, bias] = [node.constant(1), node.constant(2)];
    const [first, second] = [placesOfChannel(node, 0), placesOfChannel(node, 1)];
    first.forEach((place, i) => {
      swap(tensor, place, second[i]);
    });
    if (bias) swap(bias, 0, 1);
    return true;
  },
};

function swap(tensor, i, k) {
  const value = read(tensor, i);
  write(tensor, i, read(tensor, k));
  write(tensor, k, value);
}
