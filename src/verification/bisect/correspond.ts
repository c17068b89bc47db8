import type { Network } from '../../check/pieces/network.js';
import { type Pair, pairOf } from './pair.js';

/**
 * Values of both networks that should be equal, in the reference's order: outputs as they were matched, all others by their
 * names, which the candidate's metadata may translate. Where several of the candidate's are one of the reference, as before
 * and behind a cast, the first is taken.
 */
export function pairsByName(reference: Network, candidate: Network): Pair[] {
  const pairs = new Map<string, Pair>();
  const known = new Map([...reference.values, ...reference.outputs].map((value) => [value.sourceName, value]));
  for (const value of [...candidate.outputs, ...candidate.values]) {
    const { sourceName, name } = value;
    const found = known.get(sourceName);
    const isComputed = found && isFollowing(reference, found.name) && isFollowing(candidate, name);
    if (isComputed && !pairs.has(found.name)) pairs.set(found.name, pairOf(found, value));
  }
  return inOrder([...pairs.values()], reference);
}

/** Whether a value follows from inputs, and is none itself. */
export function isFollowing({ wiring }: Network, name: string): boolean {
  return (wiring.depthOf(name) ?? 0) > 0;
}

/** In the order in which the reference computes them. */
export function inOrder<P extends Pair>(pairs: readonly P[], { wiring }: Network): P[] {
  return [...pairs].sort((a, b) => wiring.placeOf(a.value) - wiring.placeOf(b.value));
}
