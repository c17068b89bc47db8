import { isDouble, movesApart, pixelwise, quantizes } from '../formats/float32-by-rule.js';
import type { LowerOptions, Opened } from '../formats/format.js';
import { namesOf, nodesKeptInFloat32 } from '../formats/keep-fp32.js';
import type { DataType, Graph, Node } from '../model/index.js';
import { isFloat32Only, isFloat32Output } from '../operators/float32-only.js';

/** Which operations of a float16 program may compute in float32: those that stand for nodes which were named, or have to. */
export interface NamedForFloat32 {
  /** Names of nodes of the source, or of the fused graph. */
  readonly names: ReadonlySet<string>;
  /** Whether there is what normalises pixels, which stands for no node: it reads inputs and constants alone. */
  readonly hasPixels: boolean;
  /** Whether there is the softmax that a classifier's probabilities are made by, which stands for no node: they are classified. */
  readonly hasProbabilities: boolean;
  /** The nodes of the source that an operation of the exact program stands for, by its name. */
  readonly origins: ReadonlyMap<string, readonly string[]>;
}

/**
 * Nodes that stay in float32 in a float16 file: those that the user or the search named, those that the source has in float32
 * where a file keeps the source's own types, those whose operator has no float16 by ONNX's type lists, those in float64, what
 * quantises, what normalises pixels, what moves boxes apart, and the softmax that probabilities of labels are made by. Which
 * constants are beyond float16 is seen in the program itself.
 * @param graph that the file was lowered from
 * @param exact the same program with float32 constants, which says what its operations stand for
 */
export function namedForFloat32(
  graph: Graph,
  { keepFp32 = [], image, labels, precision }: LowerOptions,
  { origins }: Pick<Opened, 'origins'>,
): NamedForFloat32 {
  const nodes = new Set([
    ...nodesKeptInFloat32(graph, keepFp32),
    ...pixelwise(graph, image?.input),
    ...movesApart(graph),
  ]);
  const visit = (inner: Graph, isInKept: boolean): void => {
    for (const node of inner.sorted()) {
      const stays = isInKept || nodes.has(node);
      if (stays || hasNoFloat16(node) || (precision === undefined && holds(node, 'float32'))) nodes.add(node);
      for (const subgraph of node.subgraphs()) visit(subgraph, stays);
    }
  };
  visit(graph, false);
  const all = [...nodes];
  return {
    names: new Set(all.flatMap(namesOf).filter((name) => name !== '')),
    hasPixels: image !== undefined,
    hasProbabilities: labels !== undefined,
    origins,
  };
}

function holds({ inputs, outputs }: Node, dtype: DataType): boolean {
  return [...inputs, ...outputs].some((value) => value?.dtype === dtype);
}

/** Operators of other domains are not ours to say anything of. */
function hasNoFloat16(node: Node): boolean {
  return node.domain !== '' || isFloat32Only(node) || isFloat32Output(node, 0) || isDouble(node) || quantizes(node);
}
