import type { Lowered, LowerOptions, Target } from '../formats/format.js';
import { allNodes, type Model, type Unsupported, UnsupportedError } from '../model/index.js';
import { lowerFor } from '../source/lower-for.js';
import { GIVE_THE_ORIGINAL, isRuntimeOperator } from '../source/runtime-operators.js';

/** One target's program, not yet bytes. */
export interface LoweredTarget {
  readonly target: Target;
  readonly lowered: Lowered;
}

/**
 * Lowers a model for every target, before anything is written.
 * @param cutBefore values at which the source can be cut off before the nodes that were refused
 * @throws UnsupportedError for all that refuse together: it names the list of targets that would pass, and the values at
 * which the graph can be cut
 */
export function lowerTargets(
  model: Model,
  targets: readonly Target[],
  optionsFor: (target: Target) => LowerOptions,
  cutBefore: (unsupported: readonly Unsupported[]) => readonly string[],
): LoweredTarget[] {
  const lowered: LoweredTarget[] = [];
  const refusals: { readonly target: Target; readonly error: UnsupportedError }[] = [];
  for (const target of targets) {
    try {
      lowered.push({ target, lowered: lowerFor(target, model, optionsFor(target)) });
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      refusals.push({ target, error });
    }
  }
  if (refusals.length > 0) throw together(model, refusals, lowered, cutBefore);
  return lowered;
}

function together(
  model: Model,
  refusals: readonly { readonly target: Target; readonly error: UnsupportedError }[],
  passing: readonly LoweredTarget[],
  cutBefore: (unsupported: readonly Unsupported[]) => readonly string[],
): UnsupportedError {
  const unsupported = refusals.flatMap(({ error }) => error.unsupported);
  const what = refusals.map(({ error }) => error.what).join('; ');
  const others = passing.map(({ target }) => target.name).join(',');
  const refused = new Set(unsupported.map(({ node }) => node));
  const isOptimised = [...allNodes(model.graph)].some((node) => isRuntimeOperator(node) && refused.has(node.label));
  const cut = !isOptimised ? cutBefore(unsupported) : [];
  // Targets see the graph after fusing, whose values may have other names than the file's.
  const otherwise = isOptimised ? [GIVE_THE_ORIGINAL] : refusals.flatMap(({ error }) => error.todo ?? []);
  const advice = cut.length > 0 ? [`cut it off with --outputs ${cut.join(',')}`] : otherwise;
  const ways = [...(others ? [`use --to ${others}`] : []), ...new Set(advice)];
  return new UnsupportedError({ what, ...(ways.length > 0 ? { todo: ways.join(', or ') } : {}) }, unsupported);
}
