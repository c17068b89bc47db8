import { Wiring } from '../check/pieces/wiring.js';
import type { DiffReport } from '../commands/inspect/report.js';
import type { ArtefactNode, Opened } from '../formats/format.js';

/** What is compared: a source and an artefact, each as its format opens it. */
type Network = Pick<Opened, 'inputs' | 'outputs' | 'values' | 'origins'> & { nodes(): readonly ArtefactNode[] };

/** Nodes of an artefact, and those of the source that they stand for. */
interface Piece {
  readonly sources: readonly ArtefactNode[];
  readonly nodes: readonly ArtefactNode[];
}

/**
 * Says which nodes of a source became which of an artefact. What the artefact says of itself goes first; else values of one
 * name are one value, and what leads to it in the one became what leads to it in the other; where names tell nothing, ends in
 * their order are alike, and so are operators that both have equally often and in the same order, as no fusing touches them.
 */
export function compareStructure(source: Network, artefact: Network): Omit<DiffReport, 'path' | 'format'> {
  // What only makes constants is no part of the difference.
  const computed = (network: Network) => network.nodes().filter(({ inputs }) => inputs.length > 0);
  const [from, to] = [computed(source), computed(artefact)];
  const said = byOrigins(from, to, artefact.origins);
  if (said.length > 0) return reportOf('origins', from, to, said);
  const wirings = { from: wiringOf(source, from), to: wiringOf(artefact, to) };
  const named = pairsByName(source, artefact, wirings.from);
  const inner = artefact.outputs.map(({ name }) => name);
  if ([...named.keys()].some((value) => wirings.to.makerOf(value) && !inner.includes(value))) {
    return reportOf('names', from, to, pieces(wirings, named));
  }
  const paired = pairsByOrder(source, artefact, wirings);
  return reportOf('structure', from, to, pieces(wirings, new Map([...paired, ...named])));
}

function wiringOf({ inputs }: Network, nodes: readonly ArtefactNode[]): Wiring {
  return new Wiring(
    nodes,
    inputs.map(({ name }) => name),
  );
}

function byOrigins(
  from: readonly ArtefactNode[],
  to: readonly ArtefactNode[],
  origins: Opened['origins'],
): readonly Piece[] {
  const byName = new Map(from.map((node) => [node.name, node]));
  return to.flatMap((node) => {
    // Where nodes have no names, they are called by what they make.
    const called = [node.name, ...node.outputs].find((name) => origins.has(name));
    const sources = (origins.get(called ?? '') ?? []).flatMap((name) => byName.get(name) ?? []);
    return sources.length > 0 ? [{ sources, nodes: [node] }] : [];
  });
}

/** Values of the artefact, and the source's that they are by their names. */
function pairsByName(source: Network, artefact: Network, wiring: Wiring): Map<string, string> {
  const fed = new Set(source.inputs.map(({ name }) => name));
  const known = (name: string) => fed.has(name) || wiring.makerOf(name) !== undefined;
  const all = [...artefact.inputs, ...artefact.outputs, ...artefact.values];
  return new Map(all.flatMap(({ name, sourceName }) => (known(sourceName) ? [[name, sourceName] as const] : [])));
}

/** Ends by their places, and results of operators that no fusing touches by theirs. */
function pairsByOrder(
  source: Network,
  artefact: Network,
  { from, to }: { readonly from: Wiring; readonly to: Wiring },
): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const ends of ['inputs', 'outputs'] as const) {
    for (const [index, { name }] of artefact[ends].entries()) {
      const other = source[ends][index];
      if (other) pairs.set(name, other.name);
    }
  }
  const counts = (nodes: readonly ArtefactNode[]) => {
    const found = new Map<string, number>();
    for (const { operator } of nodes) found.set(operator, (found.get(operator) ?? 0) + 1);
    return found;
  };
  const [a, b] = [counts(from.nodes), counts(to.nodes)];
  const lasting = ({ operator }: ArtefactNode) => a.get(operator) === b.get(operator);
  const [before, after] = [from.nodes.filter(lasting), to.nodes.filter(lasting)];
  if (before.some(({ operator }, index) => after[index]?.operator !== operator)) return pairs;
  for (const [index, node] of after.entries()) {
    const other = before[index];
    if (!other || other.inputs.length !== node.inputs.length) continue;
    for (const [place, name] of [...node.inputs, ...node.outputs].entries()) {
      const value = [...other.inputs, ...other.outputs][place];
      if (value !== undefined && name !== '') pairs.set(name, value);
    }
  }
  return pairs;
}

/** What leads to each value that both have from the nearest that both have. @param pairs the source's values by the artefact's */
function pieces(
  { from, to }: { readonly from: Wiring; readonly to: Wiring },
  pairs: ReadonlyMap<string, string>,
): readonly Piece[] {
  const stops = new Set(pairs.values());
  const seen = new Set<ArtefactNode>();
  return to.nodes.flatMap((node) => {
    const made = node.outputs.filter((output) => pairs.has(output));
    if (made.length === 0 || seen.has(node)) return [];
    const nodes = to.leadingTo(made, pairs).nodes;
    for (const each of nodes) seen.add(each);
    const values = made.flatMap((output) => pairs.get(output) ?? []);
    return [{ nodes, sources: from.leadingTo(values, stops).nodes }];
  });
}

function reportOf(
  by: DiffReport['by'],
  from: readonly ArtefactNode[],
  to: readonly ArtefactNode[],
  all: readonly Piece[],
): Omit<DiffReport, 'path' | 'format'> {
  const sources = new Set(all.flatMap((piece) => piece.sources));
  const nodes = new Set(all.flatMap((piece) => piece.nodes));
  const changed = all.filter((piece) => !isSame(piece));
  return {
    by,
    same: all.length - changed.length,
    changed: changed.map((piece) => ({ sources: piece.sources.map(named), nodes: piece.nodes.map(named) })),
    gone: from.filter((node) => !sources.has(node)).map(named),
    added: to.filter((node) => !nodes.has(node)).map(named),
  };
}

function isSame({ sources, nodes }: Piece): boolean {
  return sources.length === 1 && nodes.length === 1 && sources[0]?.operator === nodes[0]?.operator;
}

function named({ name, operator }: ArtefactNode): { readonly name: string; readonly operator: string } {
  return { name, operator };
}
