import { allNodes, type Graph, type Node, UsageError } from '../model/index.js';
import { hintForNodes } from '../nearest-name.js';

/**
 * The nodes that names or globs (`*`: any text, `?`: one character) ask to stay in float32: by their own name, or by that
 * of a source node they stand for. Subgraphs are looked through too.
 * @throws UsageError where a pattern matches no node
 */
export function nodesKeptInFloat32(graph: Graph, patterns: readonly string[]): ReadonlySet<Node> {
  const kept = new Set<Node>();
  if (patterns.length === 0) return kept;
  const byName = new Map<string, Node[]>();
  for (const node of allNodes(graph)) {
    for (const name of new Set(namesOf(node))) {
      const list = byName.get(name);
      if (list) list.push(node);
      else byName.set(name, [node]);
    }
  }
  for (const pattern of patterns) {
    // A plain name is looked up, and wins over what it would match as a glob.
    const matches =
      byName.get(pattern) ?? [...byName].flatMap(([name, nodes]) => (matchesGlob(name, pattern) ? nodes : []));
    if (matches.length === 0) {
      throw new UsageError({
        what: `--keep-fp32 ${pattern}: no node has this name`,
        todo: hintForNodes(pattern, byName.keys()),
      });
    }
    for (const node of matches) kept.add(node);
  }
  return kept;
}

/** What a node is asked for by: its own name, and those of the source nodes it stands for. */
export function namesOf(node: Node): string[] {
  return [node.label, ...node.origin.map((source) => source.name)];
}

/** Goes back to the last star alone, so that the work is at most the product of both lengths. */
function matchesGlob(text: string, glob: string): boolean {
  let t = 0;
  let g = 0;
  let star = -1;
  let afterStar = 0;
  while (t < text.length) {
    if (glob[g] === '*') {
      star = g++;
      afterStar = t;
    } else if (glob[g] === text[t] || glob[g] === '?') {
      g++;
      t++;
    } else if (star >= 0) {
      g = star + 1;
      t = ++afterStar;
    } else return false;
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}
