import { namesOf } from '../formats/keep-fp32.js';
import type { Node } from '../model/index.js';

/** More patterns than this are no advice. */
const LISTED = 24;

/** Where the names of exporters have parts: `/stage1/conv/Conv`, `stage1.conv`, `Conv_12`. */
const END_OF_PART = /[/._:-]/g;

/**
 * What to write behind `--keep-fp32` so that these nodes are kept: their names, or a glob for as many as share a beginning
 * that no other node has. Quoted where a shell would read it otherwise.
 * @param nodes what is to be kept
 * @param all every node of the graph
 */
export function keepFp32List(nodes: ReadonlySet<Node>, all: Iterable<Node>): string {
  const others: string[] = [];
  for (const node of all) if (!nodes.has(node)) others.push(...namesOf(node));
  const left = new Set(Array.from(nodes, ({ label }) => label));
  const patterns: string[] = [];
  for (const name of left) {
    const { pattern, meant } = widest(name, left, others);
    for (const each of meant) left.delete(each);
    patterns.push(pattern);
  }
  const list = patterns.slice(0, LISTED).join(',');
  const quoted = /^[\w/.,:+@%-]+$/.test(list) ? list : `'${list}'`;
  return patterns.length > LISTED ? `${quoted} and ${patterns.length - LISTED} more` : quoted;
}

/** The pattern that means this name, others that are left as well where it can, and no other node. */
function widest(name: string, left: ReadonlySet<string>, others: readonly string[]) {
  for (const { index } of name.matchAll(END_OF_PART)) {
    const start = name.slice(0, index + 1);
    const meant = [...left].filter((each) => each.startsWith(start));
    if (meant.length < 2 || others.some((other) => other.startsWith(start))) continue;
    return { pattern: `${plain(start)}*`, meant };
  }
  return { pattern: plain(name), meant: [name] };
}

/** A comma would part the list, and a quote end it. */
function plain(name: string): string {
  return name.replace(/[,']/g, '?');
}
