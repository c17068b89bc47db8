import type { Dimension, Graph, Node, Value } from '../../model/index.js';
import { boxesApart } from '../../operators/boxes-apart.js';
import { concat, conditional, hasTrait, operatorOf } from '../../operators/index.js';
import { worksRowByRow } from '../../operators/row-by-row.js';

/**
 * Follows candidates, of which the run decides how many there are, from where they are picked to the suppression that selects
 * among them. More of them change nothing else where each node on the way works on each by itself, and where what
 * is behind takes those alone that were selected.
 */
export class BehindCandidates {
  /** Sizes that are numbers of candidates. */
  readonly #sizes: Set<Dimension>;
  /** The candidates' scores themselves, also behind each other or under other axes. */
  readonly #scores: Set<Value>;
  /** Which candidates were selected. */
  readonly #selected = new Set<Value>();
  /** What follows from how many there are alone. */
  readonly #measured = new Set<Value>();
  /** The largest coordinate of all, by which boxes are moved apart. */
  readonly #bounds = new Set<Value>();
  readonly #moving: ReadonlySet<Node>;
  readonly #suppression: Node;

  /** @param scores of the candidates of each level, [k] */
  constructor(scores: readonly Value[], suppression: Node) {
    this.#sizes = new Set(scores.flatMap(({ shape }) => shape ?? []));
    this.#scores = new Set(scores);
    this.#suppression = suppression;
    this.#moving = new Set(boxesApart(suppression.input(0))?.nodes ?? []);
  }

  /** Whether all behind the candidates is so. */
  isClear(graph: Graph): boolean {
    return this.#follow(graph) && graph.outputs.every((value) => !this.#isTouched(value)) && this.#selected.size > 0;
  }

  #follow(graph: Graph): boolean {
    return graph
      .sorted()
      .every((node) => (node.is('If') ? this.#branch(node) : !this.#isRead(node) || this.#node(node)));
  }

  #isTouched(value: Value): boolean {
    return (
      this.#axisOf(value) >= 0 || this.#selected.has(value) || this.#measured.has(value) || this.#bounds.has(value)
    );
  }

  #isRead(node: Node): boolean {
    return node.inputs.some((value) => value && this.#isTouched(value));
  }

  /** Along which axis a value has candidates; -1: along none. */
  #axisOf({ shape }: Value): number {
    return shape?.findIndex((size) => this.#sizes.has(size)) ?? -1;
  }

  /** `If(there is no candidate; then: none is selected, else: ...)`. */
  #branch(node: Node): boolean {
    const { thenBranch, elseBranch } = conditional.parameters(node);
    if (!this.#measured.has(node.input(0)) || node.outputs.length !== 1) {
      // Another one, which must not know of candidates.
      const inner = [...node.subgraphs()].flatMap((graph) => graph.sorted());
      return !this.#isRead(node) && !inner.some((each) => this.#isRead(each));
    }
    const [none] = thenBranch.outputs;
    const isNone = none?.shape?.includes(0) === true && thenBranch.sorted().every((each) => each.is('Constant'));
    const [kept] = elseBranch.outputs;
    if (!isNone || !this.#follow(elseBranch) || !kept || !this.#selected.has(kept)) return false;
    this.#selected.add(node.output());
    return true;
  }

  #node(node: Node): boolean {
    const results = node.outputs.filter((value) => value !== undefined);
    const operands = node.inputs.filter((value) => value !== undefined);
    const isOnly = (known: ReadonlySet<Value>) => operands.every((value) => known.has(value) || value.constant);
    if (hasTrait(node, 'measures') || isOnly(this.#measured)) return addAll(this.#measured, results);
    if (node === this.#suppression) return this.#suppresses(node) && addAll(this.#selected, results);
    if (operands.some((value) => this.#selected.has(value))) return this.#takes(node, results);
    if (isLargest(node, this.#axisOf(node.input(0)))) return addAll(this.#bounds, results);
    if (isOnly(this.#bounds)) return node.is('Add', 'Mul') && addAll(this.#bounds, results);
    if (operands.some((value) => this.#bounds.has(value)) && !this.#moving.has(node)) return false;
    if (this.#moving.has(node) && !this.#movesForSuppression(results)) return false;
    return this.#eachByItself(node, results);
  }

  /** What moves boxes apart serves nothing but the suppression. */
  #movesForSuppression(results: readonly Value[]): boolean {
    return results.every(
      (value) =>
        !value.isOutput && value.uses.every(({ node }) => this.#moving.has(node) || node === this.#suppression),
    );
  }

  /** One image of one class, by the scores that candidates were picked by. */
  #suppresses(node: Node): boolean {
    const [boxes, scores] = [node.input(0), node.input(1)];
    const isOfOne = scores.shape?.[0] === 1 && scores.shape[1] === 1;
    return isOfOne && this.#scores.has(scores) && this.#axisOf(boxes) === 1 && this.#axisOf(scores) === 2;
  }

  /** Numbers of candidates are passed on, or take of what has one for each. */
  #takes(node: Node, results: readonly Value[]): boolean {
    const [data, indices] = [node.input(0), node.inputs[1]];
    if (node.is('Gather', 'GatherND') && indices && this.#selected.has(indices)) {
      return this.#axisOf(data) === 0 && !this.#selected.has(data) && results.every((value) => this.#axisOf(value) < 0);
    }
    const isPassed = this.#selected.has(data) && node.inputs.slice(1).every((value) => !value || value.constant);
    return isPassed &&
      node.is('Gather', 'Slice', 'Squeeze', 'Unsqueeze', 'Reshape', 'Flatten', 'Cast', 'Identity', 'Transpose')
      ? addAll(this.#selected, results)
      : false;
  }

  #eachByItself(node: Node, results: readonly Value[]): boolean {
    if (node.is('Concat') && concat.parameters(node).axis === this.#axisOf(node.input(0))) return this.#join(node);
    const isEach = results.every(
      (value) =>
        this.#axisOf(value) >= 0 &&
        (worksRowByRow(node, value, (each) => this.#axisOf(each)) || this.#isRelaid(node, value)),
    );
    if (!isEach) return false;
    const isPassed = this.#scores.has(node.input(0)) && (hasTrait(node, 'reshapes') || node.is('Identity', 'Cast'));
    if (isPassed) addAll(this.#scores, results);
    return true;
  }

  /** Candidates of several levels, one behind the other. */
  #join(node: Node): boolean {
    const [axis, operands] = [this.#axisOf(node.input(0)), node.inputs.filter((value) => value !== undefined)];
    const total = node.output().shape?.[axis];
    if (typeof total !== 'string' || !operands.every((value) => this.#axisOf(value) === axis)) return false;
    this.#sizes.add(total);
    if (operands.every((value) => this.#scores.has(value))) this.#scores.add(node.output());
    return true;
  }

  /** Whether candidates lie in the same order under other axes. */
  #isRelaid(node: Node, result: Value): boolean {
    const before = (value: Value) =>
      (value.shape ?? [])
        .slice(0, this.#axisOf(value))
        .reduce<number>((product, size) => product * (typeof size === 'number' ? size : Number.NaN), 1);
    return hasTrait(node, 'reshapes') && before(node.input(0)) === before(result);
  }
}

/** Whether a node takes the largest of all numbers of candidates. */
function isLargest(node: Node, axis: number): boolean {
  if (!node.is('ReduceMax') || axis < 0) return false;
  const row = operatorOf(node);
  const axes = row?.reducedAxes?.(node, row.parameters(node))?.axes;
  return axes?.length === node.input(0).rank;
}

function addAll(set: Set<Value>, values: readonly Value[]): true {
  for (const value of values) set.add(value);
  return true;
}
