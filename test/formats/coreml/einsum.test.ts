import { describe, expect, test } from 'vitest';
import { coreml } from '../../../src/formats/coreml/index.js';
import type { Value } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';
import { expectEquivalent, operations } from './judge.js';

type Shape = readonly number[];

const einsum = (equation: string, ...shapes: readonly Shape[]) => {
  return (n: Network): Value =>
    n.node(
      'Einsum',
      shapes.map((shape, i) => n.input(shape, 'float32', `x${i}`)),
      { equation },
    );
};

describe('sums of products answer as in ONNX Runtime', () => {
  test.each<[string, ...Shape[]]>([
    ['bhid,bhjd->bhij', [2, 3, 5, 4], [2, 3, 6, 4]],
    ['bhij,bhjd->bhid', [2, 3, 5, 4], [2, 3, 4, 6]],
    ['bhid,bhjd->bij', [2, 3, 5, 4], [2, 3, 6, 4]],
    ['bhid,hd->bhi', [2, 3, 5, 4], [3, 4]],
    ['bhid,bhid->bh', [2, 3, 5, 4], [2, 3, 5, 4]],
    ['bhid,de->bhie', [2, 3, 5, 4], [4, 6]],
    ['nctv,kvw->nkctw', [2, 3, 5, 4], [2, 4, 6]],
    ['nctv,nctv->n', [2, 3, 5, 4], [2, 3, 5, 4]],
    ['abc,cde->bead', [2, 3, 4], [4, 5, 2]],
    ['ab,bcd->acd', [2, 3], [3, 4, 5]],
    ['i,j->ij', [4], [6]],
    ['i,j->ji', [4], [6]],
    ['bi,bj->jbi', [2, 4], [2, 6]],
    ['i,i->i', [4], [4]],
    ['...i,...i->...', [2, 3], [2, 3]],
    ['...ij,...jk->...ik', [2, 5, 3, 4], [2, 5, 4, 6]],
    ['i,i', [4], [4]],
    ['ij,jk', [2, 3], [3, 4]],
    ['bc, bd -> c', [2, 3], [2, 4]],
    ['ij,j->', [2, 3], [3]],
    ['bhid->bdhi', [2, 3, 5, 4]],
    ['ba', [2, 3]],
    ['ijk->ki', [2, 3, 4]],
    ['ij->', [6, 5]],
    ['abcde,abcde->edcba', [2, 3, 2, 3, 2], [2, 3, 2, 3, 2]],
  ])('%s', async (equation, ...shapes) => {
    await expectEquivalent(network(einsum(equation, ...shapes)));
  });

  test('of integers', async () => {
    const built = (n: Network) => {
      const operands = [n.input([2, 3], 'int32', 'a'), n.constant([1, 2, 3, 4, 5, 6], [3, 2], 'int32')];
      return n.node('Einsum', operands, { equation: 'ij,jk->ik' });
    };
    await expectEquivalent(network(built), { tolerance: 0 });
  });
});

describe('what is said to Core ML', () => {
  const counts = (equation: string, ...shapes: readonly Shape[]) =>
    operations(coreml.lower(network(einsum(equation, ...shapes)), { precision: 'fp32' }));

  test('attention is two products, with nothing moved before them', () => {
    const four = [1, 2, 4, 4];
    expect(counts('bhid,bhjd->bhij', four, four)).toEqual({ reshape: 3, matmul: 1 });
    expect(counts('bhij,bhjd->bhid', four, four)).toEqual({ reshape: 3, matmul: 1 });
  });

  test('a batch of products of matrices is one, an outer product a multiplication', () => {
    expect(counts('bij,bjk->bik', [2, 3, 4], [2, 4, 5])).toEqual({ matmul: 1 });
    expect(counts('i,j->ij', [4], [6])).toEqual({ reshape: 2, mul: 1 });
  });
});

test.each<[string, RegExp, ...Shape[]]>([
  ['ii->i', /letter twice in one operand/, [3, 3]],
  ['i,i,i->i', /of 3 operands/, [3], [3], [3]],
  ['abc,def->abcdef', /rank over 5/, [2, 2, 2], [2, 2, 2]],
  ['ij,jk->ik', /sizes 1 and 3 for j/, [2, 1], [3, 4]],
])('%s is refused by name', (equation, reason, ...shapes) => {
  expect(() => coreml.lower(network(einsum(equation, ...shapes)), {})).toThrow(reason);
});
