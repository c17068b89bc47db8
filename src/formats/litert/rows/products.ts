import { reorder } from '../../../layout/reorder.js';
import { decline } from '../../../lowering/decline.js';
import { expectFloat } from '../../../lowering/operands.js';
import { shuffledRows } from '../../../lowering/products.js';
import type { Shape } from '../../../model/index.js';
import { gemm, matMul } from '../../../operators/index.js';
import { withActivation } from '../activation.js';
import type { Ref } from '../builder.js';
import { ACTIVATIONS } from '../operations/index.js';
import { type Row, row, type Site } from '../row.js';

/** The right factor of a constant as [N,K], whose columns follow the left factor's where those were shuffled. */
function constantWeight(site: Site, isTransposed: boolean): Ref | undefined {
  const { constant: tensor, name } = site.value(1);
  if (!tensor) return undefined;
  const [rows = 1, columns = 1] = tensor.shape;
  const shape = isTransposed ? [rows, columns] : [columns, rows];
  const shuffle = site.layout.shuffleOf(site.value(0));
  if (!shuffle) return site.build.tensor({ source: name }, isTransposed ? tensor : reorder(tensor, [1, 0]), shape);
  const straight = isTransposed ? reorder(tensor, [1, 0]) : tensor;
  const shuffled = shuffledRows(straight, shuffle.sizes, shuffle.order);
  return site.build.tensor({ like: `${name}/shuffled` }, reorder(shuffled, [1, 0]), shape);
}

/** x of whatever rank times a matrix [N,K]. */
function fullyConnected(site: Site, x: Ref, weight: Ref, bias: Ref | undefined, activation: number): Ref {
  const options = { activation, keepNumDims: Number(x.shape.length > 2) };
  return site.build.op('FULLY_CONNECTED', bias ? [x, weight, bias] : [x, weight], options);
}

function product(site: Site, a: Ref, b: Ref, adjY = false): Ref {
  return site.build.op('BATCH_MATMUL', [a, b], { adjX: 0, adjY: Number(adjY) });
}

/** The kernel wants one constant for each column. */
function isBias(shape: Shape, columns: Shape[number] | undefined): boolean {
  return typeof columns === 'number' && shape.at(-1) === columns && shape.slice(0, -1).every((size) => size === 1);
}

function productOfVectors(site: Site, left: Shape, right: Shape): Ref {
  const a = left.length === 1 ? site.reshape(site.input(0), [1, ...left]) : site.input(0);
  const b = right.length === 1 ? site.reshape(site.input(1), [...right, 1]) : site.input(1);
  return site.reshape(product(site, a, b), site.resultShape());
}

/** The most axes that the kernel multiplies over. */
const MOST_AXES = 5;

/** Matrix products: by a constant matrix as a layer of its own, all others by batches, over which the kernel broadcasts. */
export const productRows: readonly Row[] = [
  row(gemm, (site, { alpha, beta, transA, transB }) => {
    const { build } = site;
    expectFloat(site);
    const a = transA ? build.transpose(site.input(0), [1, 0]) : site.input(0);
    const weight = constantWeight(site, transB);
    const columns = site.resultOnnxShape()[1];
    const hasBias = site.constant(2) !== undefined && beta === 1 && alpha === 1 && isBias(site.onnxShape(2), columns);
    if (weight && hasBias) {
      const bias = site.constantVector(2, Number(columns));
      return withActivation(site, (activation) => fullyConnected(site, a, weight, bias, activation));
    }
    const whole = weight
      ? fullyConnected(site, a, weight, undefined, ACTIVATIONS.NONE)
      : product(site, a, site.input(1), transB);
    const scaled = alpha === 1 ? whole : build.mul(whole, build.float(alpha));
    if (!site.has(2) || beta === 0) return scaled;
    return build.add(scaled, beta === 1 ? site.broadcast(2) : build.mul(site.broadcast(2), build.float(beta)));
  }),

  row(matMul, (site) => {
    expectFloat(site);
    const [left, right] = [site.shape(0), site.shape(1)];
    if (Math.max(left.length, right.length) > MOST_AXES) return decline(`over more than ${MOST_AXES} axes`);
    if (left.length < 2 || right.length < 2) return productOfVectors(site, left, right);
    const weight = right.length === 2 ? constantWeight(site, false) : undefined;
    if (!weight) return product(site, site.input(0), site.input(1));
    return fullyConnected(site, site.input(0), weight, undefined, ACTIVATIONS.NONE);
  }),
];
