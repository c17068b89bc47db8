import type { Node } from '../../../model/index.js';
import { averagePool, conv, convTranspose, maxPool } from '../../../operators/index.js';
import { type Mistake, type Mistakes, otherAttribute } from './mistake.js';

/** Where a window begins, per axis, beside where it should: all other ends stay, so that the result has its size. */
const MOVES = [
  [1, 1],
  [-1, -1],
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;

/** A window that begins elsewhere, or counts what lies beyond the border otherwise. */
export const borders: Mistakes = (node) => {
  const found: Mistake[] = [];
  const pads = padsOf(node);
  if (pads?.length === 4) {
    const [top = 0, left = 0, bottom = 0, right = 0] = pads;
    for (const [down, across] of MOVES) {
      // The other end takes up what one end loses; where the stride leaves a rest, it need not.
      for (const follows of [1, 0]) {
        const moved = [top + down, left + across, bottom - down * follows, right - across * follows];
        if (moved.some((pad) => pad < 0)) continue;
        found.push({
          says: `is padded [${moved}] in place of [${pads}]`,
          make(each) {
            each.attributes.delete('auto_pad');
            otherAttribute('', 'pads', moved).make(each);
          },
        });
      }
    }
  }
  if (node.is('AveragePool')) {
    const { countIncludePad } = averagePool.parameters(node);
    const says = countIncludePad ? 'leaves its border out of the mean' : 'counts its border in the mean';
    found.push(otherAttribute(says, 'count_include_pad', countIncludePad ? 0 : 1));
  }
  return found;
};

function padsOf(node: Node): readonly number[] | undefined {
  if (node.is('Conv')) return conv.parameters(node).pads;
  if (node.is('ConvTranspose')) return convTranspose.parameters(node).pads;
  if (node.is('MaxPool')) return maxPool.parameters(node).pads;
  return node.is('AveragePool') ? averagePool.parameters(node).pads : undefined;
}
