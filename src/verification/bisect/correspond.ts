import type { Network } from './network.js';
import type { Pair } from './pair.js';

/**
 * Values of both networks that should be equal, in the reference's order: outputs as they were matched, all others by their
 * names, which the candidate's metadata may translate. Where several of the candidate's are one of the reference, as before
 * and behind a cast, the first is taken.
 */
export function pairsByName(reference: Network, candidate: Network): Pair[] {
  const pairs = new Map<string, Pair>();
  const outputs = candidate.outputs.map((port) => ({ ...port, isOutput: true }));
  for (const value of [...outputs, ...candidate.values]) {
    const { sourceName, name } = value;
    const isComputed = (reference.wiring.depthOf(sourceName) ?? 0) > 0 && (candidate.wiring.depthOf(name) ?? 0) > 0;
    if (isComputed && !pairs.has(sourceName)) pairs.set(sourceName, { value: sourceName, candidate: value });
  }
  return inOrder([...pairs.values()], reference);
}

export function inOrder<P extends Pair>(pairs: readonly P[], { wiring }: Network): P[] {
  return [...pairs].sort((a, b) => wiring.placeOf(a.value) - wiring.placeOf(b.value));
}
