import type { DataType, Dimension, Graph, Node, Shape, Tensor } from '../model/index.js';
import type { Trait } from './traits.js';

/** What is known of a result before anything runs. */
export interface Facts {
  readonly dtype?: DataType | undefined;
  readonly shape?: Shape | undefined;
  /** Elements of a small integer result of rank 0 or 1: numbers, and symbols for sizes that are not known. */
  readonly elements?: readonly Dimension[] | undefined;
}

/**
 * What one ONNX operator means. The only place where operator set versions are known: `P` is the same for every version.
 * Passes and targets read parameters through the row and never look at raw attributes.
 */
export interface Operator<P = unknown> {
  readonly name: string;
  /** All that hold, in every operator set. */
  readonly traits: readonly Trait[];
  /** Whether the first result is the first operand as it is: a Cast to the same type, a Pad by nothing. Absent: it never is. */
  isCopy?(node: Node, parameters: P): boolean;
  /** Multiply-accumulates, from the sizes of operands and first result. All rows have it that have the trait `product`. */
  multiplyAccumulates?(
    operands: readonly (readonly number[] | undefined)[],
    result: readonly number[],
    parameters: P,
  ): number;
  /** The attribute that gives the element type of the result, which is float32 where it is left out. */
  readonly float32Unless?: string;
  /** The axes that a reduction takes away, or leaves as ones; undefined: not known. Absent: no reduction. */
  reducedAxes?(node: Node, parameters: P): { readonly axes: readonly number[] | undefined; readonly keepDims: boolean };
  /**
   * Attributes and constant inputs in one form for all versions (read `node.opset`). A field whose input is computed
   * in the graph is undefined.
   * @throws InputError where the node breaks the standard
   */
  parameters(node: Node): P;
  /** Types of the results, from those of `node.inputs`; a missing entry or field means unknown. */
  infer(node: Node, parameters: P): readonly Facts[];
  /**
   * Gives the inputs of the node's subgraphs their types. Called before the subgraphs are inferred, which happens before
   * `infer` is called; so `infer` may read the types of `subgraph.outputs`. Absent: the inputs keep the types the file declares.
   */
  enter?(node: Node, parameters: P): void;
  /**
   * The subgraphs that can run, where some cannot: exporters write branches that would be wrong for the sizes at hand behind a
   * test of those sizes. What cannot run is not inferred. Absent: all can.
   */
  reachable?(node: Node, parameters: P): readonly Graph[];
  /**
   * The result for constant inputs (undefined where optional ones are absent), or several in a list; what is not given of the
   * last ones stays with the node. Integers, comparisons and moved data are ONNX Runtime's bit for bit, floats are computed in float64 and
   * rounded once. undefined declines, and the node stays. Absent: never folded (random, control flow, nothing that is
   * written as a constant).
   */
  compute?(inputs: readonly (Tensor | undefined)[], parameters: P, node: Node): Tensor | readonly Tensor[] | undefined;
}

/** Declares a row; exists so that `P` is inferred from `parameters`, which an operator without any leaves out. */
export function operator<P>(name: string, meaning: Omit<Operator<P>, 'name'>): Operator<P>;
export function operator(name: string, meaning: Omit<Operator<object>, 'name' | 'parameters'>): Operator<object>;
export function operator(name: string, meaning: Omit<Operator<object>, 'name' | 'parameters'>): Operator<object> {
  return { name, parameters: () => ({}), ...meaning };
}
