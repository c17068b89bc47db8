import { reorder } from '../../../layout/reorder.js';
import { decline } from '../../../lowering/decline.js';
import { expectFloat } from '../../../lowering/operands.js';
import { batchOf, rowsOf, shuffledRows } from '../../../lowering/products.js';
import { isStatic, type Shape, sizeOf } from '../../../model/index.js';
import { gemm, matMul } from '../../../operators/index.js';
import { fusableActivation } from '../activation.js';
import * as attribute from '../attributes.js';
import type { Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';

/**
 * The kernel for batches does 1 GMAC/s in wasm, that for matrices 16; below this many multiplications a product is not
 * worth an operation of its own, and above this many products the graph grows too long.
 */
const LEAST_PRODUCT = 2 ** 14;
const MOST_PRODUCTS = 64;

/** The right factor as [K,N]. Its rows follow the left factor's shuffled columns; fused kernels are wrong where they transpose. */
function rightMatrix(site: Site, isTransposed: boolean): Ref {
  const { constant: tensor, name } = site.value(1);
  if (!tensor) {
    const plain = site.input(1);
    return isTransposed ? site.build.transpose(plain, [1, 0]) : plain;
  }
  const straight = isTransposed ? reorder(tensor, [1, 0]) : tensor;
  const shuffle = site.layout.shuffleOf(site.value(0));
  const rows = shuffle ? shuffledRows(straight, shuffle.sizes, shuffle.order) : straight;
  const named = shuffle ? { like: `${name}/shuffled` } : { source: name };
  return site.build.tensor(named, rows, straight.shape);
}

/** The fused kernel wants a constant (wasm asks of a bias that it never had another rank) with one element per column. */
function isVector(shape: Shape, columns: Shape[number] | undefined): boolean {
  return (
    typeof columns === 'number' &&
    shape.at(-1) === columns &&
    (shape.length === 1 || (shape.length === 2 && shape[0] === 1))
  );
}

function fusedProduct(site: Site, a: Ref, b: Ref, columns: Shape[number] | undefined): Ref {
  const { build } = site;
  const activation = fusableActivation(site);
  const bias = site.constantVector(2, Number(columns));
  const result = build.op('_FusedMatMul', [a, b, bias, ...(activation?.inputs ?? [])], {
    num_args: attribute.int(1 + (activation?.inputs.length ?? 0)),
    fused_ops: attribute.texts(['BiasAdd', ...(activation ? [activation.op] : [])]),
    transpose_a: attribute.flag(false),
    transpose_b: attribute.flag(false),
  });
  if (activation) site.absorb(activation.reader, result);
  return result;
}

/** All but the last axis are rows of one matrix. */
function productOfRows(site: Site, left: Shape): Ref {
  const b = rightMatrix(site, false);
  const result = site.resultShape();
  if (left.length === 2) return site.build.matMul(site.input(0), b);
  const width = left.at(-1) ?? 1;
  const flat = site.reshape(site.input(0), [rowsOf(left), width]);
  return site.reshape(site.build.matMul(flat, b), result);
}

function productOfVectors(site: Site, left: Shape, right: Shape): Ref {
  const { build } = site;
  const a = left.length === 1 ? site.reshape(site.input(0), [1, ...left]) : site.input(0);
  const b = right.length === 1 ? site.reshape(site.input(1), [...right, 1]) : site.input(1);
  const isFlat = Math.max(left.length, right.length) <= 2;
  if (!isFlat && left.length === 1)
    return site.reshape(
      batchProduct(site, { ref: a, shape: [1, ...left] }, { ref: b, shape: right }),
      site.resultShape(),
    );
  if (!isFlat) {
    const flat = site.reshape(a, [rowsOf(left), left.at(-1) ?? 1]);
    return site.reshape(build.matMul(flat, b), site.resultShape());
  }
  return site.reshape(build.matMul(a, b), site.resultShape());
}

function productOfBatches(site: Site, left: Shape, right: Shape): Ref {
  return site.reshape(
    batchProduct(site, { ref: site.input(0), shape: left }, { ref: site.input(1), shape: right }),
    site.resultShape(),
  );
}

interface Factor {
  readonly ref: Ref;
  readonly shape: Shape;
}

/** Products of matrices over equal or broadcasting leading axes, as [batch,M,N]. */
export function batchProduct(site: Site, { ref: a, shape: left }: Factor, { ref: b, shape: right }: Factor): Ref {
  const { build } = site;
  const [m = 1, k = 1] = left.slice(-2);
  const [, n = 1] = right.slice(-2);
  const batch = batchOf(left.slice(0, -2), right.slice(0, -2));
  const [spreadA, spreadB] = [spread(site, a, left, batch), spread(site, b, right, batch)];
  if (!isStatic(batch)) {
    const [flatA, flatB] = [flattened(site, spreadA, m, k), flattened(site, spreadB, k, n)];
    return build.batchMatMul(flatA, flatB);
  }
  const count = sizeOf(batch);
  if (count === 1) return build.matMul(site.reshape(spreadA, [m, k]), site.reshape(spreadB, [k, n]));
  const [flatA, flatB] = [site.reshape(spreadA, [count, m, k]), site.reshape(spreadB, [count, k, n])];
  const isLarge = isStatic([m, k, n]) && sizeOf([Number(m), Number(k), Number(n)]) >= LEAST_PRODUCT;
  if (!isLarge || count > MOST_PRODUCTS) return build.batchMatMul(flatA, flatB);
  const unpack = (x: Ref) => build.op('Unpack', [x], { num: attribute.int(count), axis: attribute.int(0) });
  const [partsA, partsB] = [unpack(flatA), unpack(flatB)];
  const products = Array.from({ length: count }, (_, index) =>
    build.matMul(build.output(partsA, index), build.output(partsB, index)),
  );
  return build.pack(products, 0);
}

function flattened(site: Site, x: Ref, rows: Shape[number], columns: Shape[number]): Ref {
  if (!isStatic([rows, columns]))
    return decline('a product of batches whose number and sizes are not known; fix them with --shape');
  return site.reshape(x, ['?batch', rows, columns]);
}

/** The kernel broadcasts only where a whole batch repeats, and is wrong without an error elsewhere: so nothing is left to it. */
function spread(site: Site, x: Ref, shape: Shape, batch: Shape): Ref {
  const own = shape.slice(0, -2);
  if (own.length === batch.length && own.every((size, axis) => size === batch[axis])) return x;
  if (own.every((size) => size === 1) && batch.every((size) => size === 1)) return x;
  return site.build.op('BroadcastTo', [x, site.shapeVector([...batch, ...shape.slice(-2)])]);
}

/** Matrix products. */
export const productRows: readonly Row[] = [
  row(gemm, (site, { alpha, beta, transA, transB }) => {
    const { build } = site;
    expectFloat(site);
    const a = transA ? build.transpose(site.input(0), [1, 0]) : site.input(0);
    const b = rightMatrix(site, transB);
    const columns = site.resultOnnxShape()[1];
    const isBias = site.constant(2) !== undefined && alpha === 1 && beta === 1 && isVector(site.onnxShape(2), columns);
    if (isBias) return fusedProduct(site, a, b, columns);
    const product = build.matMul(a, b);
    const scaled = alpha === 1 ? product : build.op('Mul', [product, build.float(alpha)]);
    if (!site.has(2) || beta === 0) return scaled;
    const added = beta === 1 ? site.broadcast(2) : build.op('Mul', [site.broadcast(2), build.float(beta)]);
    return build.op('AddV2', [scaled, added]);
  }),
  row(matMul, (site) => {
    expectFloat(site);
    const [left, right] = [site.shape(0), site.shape(1)];
    if (right.length === 2 && left.length >= 2) return productOfRows(site, left);
    if (left.length < 2 || right.length < 2) return productOfVectors(site, left, right);
    return productOfBatches(site, left, right);
  }),
];
