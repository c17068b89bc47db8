import { describe, expect, test } from 'vitest';
import { nodesKeptInFloat32 } from '../../src/formats/keep-fp32.js';
import { keepFp32List } from '../../src/proof/keep-fp32-list.js';
import { network } from '../network.js';

/** A chain of nodes of these names. */
function chain(names: readonly string[]) {
  const model = network((n) => names.reduce((value) => n.relu(value), n.input([1])));
  const nodes = [...model.graph.sorted()];
  for (const [index, node] of nodes.entries()) node.name = names[index] ?? '';
  return { graph: model.graph, nodes };
}

function listOf(wanted: readonly string[], others: readonly string[]) {
  const { graph, nodes } = chain([...wanted, ...others]);
  const list = keepFp32List(new Set(nodes.slice(0, wanted.length)), nodes);
  return { list, graph };
}

describe('the list for --keep-fp32', () => {
  test.each([
    ['names as they are', ['/a/Mul', '/b/Div'], ['/a/Conv', '/b/Conv'], '/a/Mul,/b/Div'],
    ['a glob for what begins alike as no other node does', ['/a/b/Mul', '/a/b/Div'], ['/a/c/Conv', '/d'], "'/a/b/*'"],
    ['the widest of such globs', ['/a/b/Mul', '/a/c/Div', '/d'], ['/e'], "'/a/*,/d'"],
    ['a question mark where a comma would part it', ['a,b'], ['c'], "'a?b'"],
    ['quotes around what a shell reads', ['a b', 'c'], ['d'], "'a b,c'"],
  ])('has %s', (_, wanted, others, shown) => {
    expect(listOf(wanted, others).list).toBe(shown);
  });

  test('means just the nodes that it was made of when it is given back', () => {
    const wanted = ['s1/b0/Mul', 's1/b0/Add', 's1/b1/Mul', 's2/x,y', 's2/z'];
    const { list, graph } = listOf(wanted, ['s1/b1/Add', 's2/w', 's3']);
    const kept = nodesKeptInFloat32(graph, list.replaceAll("'", '').split(','));
    expect(Array.from(kept, ({ label }) => label).sort()).toEqual([...wanted].sort());
  });

  test('is cut where it is long, and says how many there are', () => {
    const names = Array.from({ length: 60 }, (_, index) => [`n${index}a`, `m${index}b`]);
    const { list } = listOf(
      names.flatMap(([a = '']) => a),
      names.flatMap(([, b = '']) => b),
    );
    expect(list.split(',')).toHaveLength(24);
    expect(list).toMatch(/ and 36 more$/);
  });
});
