import {
  type Dimension,
  type Graph,
  isStatic,
  type Node,
  type Shape,
  sameShape,
  sizeOf,
  type Value,
} from '../model/index.js';
import { hasTrait } from '../operators/index.js';
import { convolutionMatrix } from './affine/convolution-matrix.js';
import { type DenseLayer, denseLayerOf, withAddend } from './affine/dense-layer.js';
import type { Edit } from './affine/edit.js';
import { type LongSum, sumsOf, type Term } from './affine/long-sum.js';
import { type ReachableMaps, reachableMaps } from './affine/reachable-maps.js';
import { type Region, regionBetween } from './affine/regions.js';
import { type Changes, mergeOrigins, type Pass } from './pass.js';

/**
 * Puts convolutions of images of a fixed size into the dense layer that reads the same images flattened.
 *
 *   Given: y = Reshape(Gemm(Reshape(x))) + BatchNorm(Conv3x3(x)).   Result: y = Reshape(Gemm(Reshape(x))).
 *
 * Exact: at one size a convolution is a matrix, borders included (RepMLP, arXiv 2105.01883). Free: the dense layer computes
 * as much as before. Keeps off images of open size, terms that others read, and layers of more groups than the convolution
 * has, whose matrix has no place for all of its numbers: a layer is never made denser.
 */
export const mergeIntoDense: Pass = {
  name: 'merge-into-dense',
  run(graph, changes) {
    while (mergeOnce(graph, changes)) changes.edited();
  },
};

/** A dense layer among the terms of a sum. */
interface DenseTerm {
  readonly term: Term;
  readonly layer: DenseLayer;
}

function mergeOnce(graph: Graph, changes: Changes): boolean {
  for (const sum of sumsOf(graph)) {
    for (const dense of sum.terms.flatMap(denseTerm)) {
      const maps = reachableMaps(graph, changes);
      if (sum.terms.some((term) => term !== dense.term && merge(graph, maps, sum, dense, term))) return true;
    }
  }
  return false;
}

function denseTerm(term: Term): DenseTerm[] {
  const made = behindViews(term.value);
  const layer = made && denseLayerOf(made.producer);
  return layer ? [{ term, layer }] : [];
}

/** The value of which `value` is a view, all between them being read once. */
function behindViews(value: Value): Value | undefined {
  let made = value;
  while (made.uses.length === 1 && !made.isOutput) {
    const view = viewAt(made);
    if (!view) return made;
    made = view.input(0);
  }
  return undefined;
}

/** The nodes that make `view` of `value`, the last first. */
function viewsFrom(value: Value, view: Value): Node[] {
  const nodes: Node[] = [];
  for (let made = view; made !== value; ) {
    const node = viewAt(made);
    if (!node) break;
    nodes.push(node);
    made = node.input(0);
  }
  return nodes;
}

/** The value whose numbers these are, in the same order. */
function rootOf(value: Value): Value {
  let root = value;
  for (let view = viewAt(root); view; view = viewAt(root)) root = view.input(0);
  return root;
}

function viewAt({ producer, graph }: Value): Node | undefined {
  return producer?.graph === graph && hasTrait(producer, 'reshapes') ? producer : undefined;
}

function merge(graph: Graph, maps: ReachableMaps, sum: LongSum, { term, layer }: DenseTerm, other: Term): boolean {
  const result = behindViews(other.value);
  const addition = other.value.onlyReader;
  if (!result || !addition || !isSameSize(term.value.shape, other.value.shape)) return false;
  const left = withoutTerm(sum, addition, term, other);
  if (!left || !graph.canReplace(addition.output(), left)) return false;
  const sign = term.sign === other.sign ? 1 : -1;
  for (const region of regionsTo(maps, layer, result)) {
    const edit = editFor(maps, region, layer, sign);
    if (!edit) continue;
    edit(mergeOrigins([...region.dead, addition].map(({ origin }) => origin)));
    // The edit may have put another node in the place of the dense layer, so what is left of the sum is read anew.
    graph.replace(addition.output(), addition.input(addition.inputs.indexOf(other.value) === 0 ? 1 : 0));
    for (const node of [addition, ...viewsFrom(result, other.value), ...region.dead]) graph.remove(node);
    return true;
  }
  return false;
}

/** What `addition` gives once `other` is no term of it any more; undefined where that is not its other operand. */
function withoutTerm(sum: LongSum, addition: Node, term: Term, other: Term): Value | undefined {
  const index = addition.inputs.indexOf(other.value);
  const left = addition.inputs[1 - index];
  if (!sum.nodes.has(addition) || addition.inputs.length !== 2 || !left) return undefined;
  if (addition.is('Sub') && index === 0) return undefined;
  return left === term.value || sameShape(left.shape, addition.output().shape) ? left : undefined;
}

/** Whether two views of as many numbers have one shape: an open size of it may have two names. */
function isSameSize(a: Shape | undefined, b: Shape | undefined): boolean {
  if (!a || a.length !== b?.length) return false;
  const unlike = a.filter((size, axis) => size !== b[axis]).length;
  const isOpen = (size: Dimension | undefined) => typeof size === 'string';
  return (
    unlike === 0 || (unlike === 1 && a.every((size, axis) => size === b[axis] || (isOpen(size) && isOpen(b[axis]))))
  );
}

/** From images whose numbers the dense layer reads, the region that removes most first. */
function regionsTo(maps: ReachableMaps, layer: DenseLayer, result: Value): Region[] {
  const root = rootOf(layer.node.input(0));
  return [...maps.of(result)]
    .filter(([source, map]) => source !== result && map.holdsConv && rootOf(source) === root)
    .map(([source]) => regionBetween(maps, source, result))
    .filter(({ dead }) => dead.some((node) => node.is('Conv')))
    .sort((a, b) => b.dead.length - a.dead.length);
}

function editFor(maps: ReachableMaps, { source, target }: Region, layer: DenseLayer, sign: 1 | -1): Edit | undefined {
  const map = maps.of(target).get(source);
  const [sizes, outputSizes] = [source.shape?.slice(2), target.shape?.slice(2)];
  if (!map || !isStatic(sizes) || !isStatic(outputSizes)) return undefined;
  const isWhole =
    map.inChannels * sizeOf(sizes) === layer.inputs && map.outChannels * sizeOf(outputSizes) === layer.outputs;
  if (!isWhole || map.groups % layer.groups !== 0) return undefined;
  return withAddend(layer, convolutionMatrix(map, sizes, outputSizes, sign, layer));
}
