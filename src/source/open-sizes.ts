import {
  type AskedShape,
  allNodes,
  type Graph,
  InputError,
  isFlexible,
  type Model,
  type Node,
  outermostChoices,
  type Shape,
  type Value,
} from '../model/index.js';
import { formatShapes, inferAt } from '../operators/infer-at.js';
import { resize } from '../operators/rows/resize.js';

/** What a file fixed and is to vary. */
export interface OpenedSizes {
  /** The shapes that it had, by name of the input. */
  readonly before: ReadonlyMap<string, Shape>;
  /** What was opened, a sentence each. */
  readonly notes: readonly string[];
}

const ADVICE = 'export it with dynamic axes';

/**
 * Opens the sizes of inputs that the file fixes and that are asked to vary: networks of convolutions hold no size. What the
 * file says of the sizes of outputs may no longer be so, and is dropped. Only types of inputs change.
 */
export function openSizes(model: Model, asked: ReadonlyMap<string, AskedShape>): OpenedSizes {
  const before = new Map<string, Shape>();
  const notes: string[] = [];
  for (const input of model.graph.inputs) {
    const wanted = asked.get(input.name);
    const { shape } = input;
    if (!wanted || !shape || wanted.length !== shape.length) continue;
    const opens = shape.flatMap((size, axis) =>
      typeof size === 'number' && isFlexible(wanted[axis] ?? 0) ? axis : [],
    );
    if (opens.length === 0) continue;
    before.set(input.name, shape);
    input.shape = shape.map((size, axis) => (opens.includes(axis) ? model.freshSymbol() : size));
    const fixed = opens.map((axis) => shape[axis]).join(' x ');
    notes.push(
      `input ${input.name} is fixed at ${fixed} in the file; nothing in the graph holds that, and it varies now`,
    );
  }
  if (before.size > 0) {
    for (const [name, declared] of model.declaredOutputs)
      model.declaredOutputs.set(name, { ...declared, shape: undefined });
  }
  return { before, notes };
}

/**
 * Holds that a graph whose sizes were opened computes them from its inputs, at every end of what is asked.
 * @throws InputError where a node holds one, so that the graph breaks there or means something else
 */
export function expectOpen(model: Model, asked: ReadonlyMap<string, AskedShape>, { before }: OpenedSizes): void {
  if (before.size === 0) return;
  for (const node of allNodes(model.graph)) expectNoSize(node);
  const exported = inferAt(model, before, ADVICE);
  for (const shapes of outermostChoices(asked)) {
    const graph = inferAt(model, shapes, ADVICE);
    for (const [place, { name, shape }] of graph.outputs.entries()) {
      const [rows] = shape ?? [];
      const had = exported.outputs[place]?.shape?.[0];
      const inputs = openedBehind(exported.outputs[place], before).filter((input) => before.get(input)?.[0] === had);
      const isHeld = inputs.length > 0 && !inputs.some((input) => rowsOf(graph, input) === rows);
      if (typeof rows !== 'number' || !isHeld) continue;
      throw new InputError({
        what: `at ${formatShapes(shapes)}: a size is held in the graph, and an output has ${rows} rows`,
        where: { value: name },
        todo: ADVICE,
      });
    }
  }
}

/** Names of the opened inputs that a value is computed from; all of them where control flow may read any. */
function openedBehind(value: Value | undefined, opened: ReadonlyMap<string, unknown>): string[] {
  const waiting = value ? [value] : [];
  const seen = new Set(waiting);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.producer?.subgraphs().length) return [...opened.keys()];
    for (const operand of next.producer?.inputs ?? []) {
      if (!operand || seen.has(operand)) continue;
      seen.add(operand);
      waiting.push(operand);
    }
  }
  return [...seen].filter(({ name, producer }) => !producer && opened.has(name)).map(({ name }) => name);
}

const rowsOf = (graph: Graph, input: string) => graph.inputs.find(({ name }) => name === input)?.shape?.[0];

/** An image that is resized to a constant has the same size whatever comes in. */
function expectNoSize(node: Node): void {
  if (!node.is('Resize')) return;
  const { sizes, givenBy } = resize.parameters(node);
  const from = node.inputs[0]?.shape ?? [];
  const held = (sizes ?? []).filter((size, axis) => typeof size === 'number' && typeof from[axis] === 'string');
  if (givenBy !== 'sizes' || held.length === 0) return;
  throw new InputError({
    what: `--shape: a size is held in the graph: Resize to ${held.join(' x ')}`,
    where: { node: node.label },
    todo: ADVICE,
  });
}
