import { allNodes, type Graph } from '../model/index.js';

/** For each node of the source, by its position there, the positions of the nodes whose results it reads. */
export type Links = ReadonlyMap<number, readonly number[]>;

/** Who reads whom, before passes change it. */
export function linksOf(graph: Graph): Links {
  const links = new Map<number, readonly number[]>();
  for (const node of allNodes(graph)) {
    const read = node.inputs.flatMap((value) => value?.producer?.origin ?? []);
    for (const { index } of node.origin) links.set(index, [...new Set(read.map((origin) => origin.index))]);
  }
  return links;
}
