import type { ProofReport } from '../proof/impulses/report.js';
import { type Colours, LISTED } from './summary-lines.js';
import { showLine, showName } from './text.js';

/** What was proved of a network, in one sentence: all, or what not. */
export function proofLine({ network, blocks, leftOver }: ProofReport, { green, red, yellow }: Colours): string {
  if (network) return green("the network is proved equal to its source, but for engines' rounding");
  const different = blocks.filter(({ verdict }) => verdict === 'different');
  const [first] = different;
  if (first) {
    const which = `${different.length} of ${blocks.length} blocks`;
    return red(`${which} not equal to their source: ${showName(first.node)}: ${showLine(first.reason ?? '')}`);
  }
  const unproved = blocks.filter(({ verdict }) => verdict === 'not proved');
  const [reason] = unproved.flatMap((block) =>
    block.reason === null ? [] : [`${showName(block.node)}: ${showLine(block.reason)}`],
  );
  const parts = [
    `${blocks.length - unproved.length} of ${blocks.length} blocks proved equal to their source`,
    ...(reason === undefined ? [] : [`not ${reason}`]),
    ...(leftOver.length === 0 ? [] : [`not the nodes ${names(leftOver)}`]),
  ];
  return yellow(parts.join('; '));
}

function names(nodes: readonly string[]): string {
  const shown = nodes.slice(0, LISTED).map(showName).join(', ');
  return nodes.length > LISTED ? `${shown} and ${nodes.length - LISTED} more` : shown;
}
