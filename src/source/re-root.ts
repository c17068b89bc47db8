import { type Graph, type Model, UsageError, type Value } from '../model/index.js';
import { hintForOutput } from '../nearest-name.js';

/**
 * Makes the named values the outputs, and takes out what only the old outputs needed, inputs included.
 * @returns what went, a sentence each
 * @throws UsageError where there is no such value, or it is an input
 */
export function reRoot(model: Model, names: readonly string[]): string[] {
  const { graph } = model;
  const made = new Map<string, Value>();
  for (const node of graph.sorted()) for (const value of node.outputs) if (value) made.set(value.name, value);
  const inputs = new Set(graph.inputs.map((value) => value.name));
  const outputs = names.map((name) => {
    const value = made.get(name);
    if (value) return value;
    if (inputs.has(name)) throw new UsageError({ what: `--outputs: "${name}" is an input of the model` });
    throw new UsageError({
      what: `--outputs: the model has no value "${name}"`,
      todo: hintForOutput(
        name,
        made.keys(),
        graph.outputs.map((value) => value.name),
      ),
    });
  });
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError({ what: `--outputs: "${twice}" stands there twice` });
  graph.setOutputs(outputs);
  removeUnread(graph);
  const notes = [`the outputs are ${names.join(', ')} now`];
  for (const input of [...graph.inputs]) {
    if (!input.isDead) continue;
    graph.removeInput(input);
    notes.push(`input ${input.name} is no longer read and was dropped`);
  }
  return notes;
}

function removeUnread(graph: Graph): void {
  for (const node of [...graph.sorted()].reverse()) {
    if (node.outputs.every((value) => !value || value.isDead)) graph.remove(node);
  }
}
