import type { Lowered, LowerOptions, Target } from '../formats/format.js';
import { allNodes, type Model, type Unsupported, UnsupportedError } from '../model/index.js';
import { lowerFor } from '../source/lower-for.js';
import { GIVE_THE_ORIGINAL, isRuntimeOperator } from '../source/runtime-operators.js';

/** One target's program, not yet bytes. */
export interface LoweredTarget {
  readonly target: Target;
  readonly lowered: Lowered;
}

/** Refusals are listed up to here, then counted. */
const LISTED = 10;

/** Nodes that are refused for one reason, likewise. */
const LISTED_ALIKE = 3;

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
  const what = refusals
    .map(({ target, error }) => {
      const listed = error.unsupported.length > 0 ? list(error.unsupported) : error.message;
      return `${target.name} cannot express it: ${listed}`;
    })
    .join('; ');
  const others = passing.map(({ target }) => target.name).join(',');
  const refused = new Set(unsupported.map(({ node }) => node));
  const isOptimised = [...allNodes(model.graph)].some((node) => isRuntimeOperator(node) && refused.has(node.label));
  const cut = unsupported.length > 0 && !isOptimised ? cutBefore(unsupported) : [];
  // Targets see the graph after fusing, whose values may have other names than the file's.
  const otherwise = isOptimised ? [GIVE_THE_ORIGINAL] : refusals.flatMap(({ error }) => error.todo ?? []);
  const advice = cut.length > 0 ? [`cut it off with --outputs ${cut.join(',')}`] : otherwise;
  const ways = [...(others ? [`use --to ${others}`] : []), ...new Set(advice)];
  const [first] = refusals;
  return new UnsupportedError(
    {
      what,
      ...(unsupported[0] ? {} : { where: first?.error.where ?? {} }),
      ...(ways.length > 0 ? { todo: ways.join(', or ') } : {}),
    },
    unsupported,
  );
}

/** Nodes that are refused alike stand together. */
function list(unsupported: readonly Unsupported[]): string {
  const alike = new Map<string, Unsupported[]>();
  for (const each of unsupported) {
    const key = `${each.operator}\0${each.reason}`;
    const group = alike.get(key);
    if (group) group.push(each);
    else alike.set(key, [each]);
  }
  return shortened(
    Array.from(alike.values(), (group) => {
      const nodes = shortened(
        group.map(({ node }) => node.slice(0, 120)),
        LISTED_ALIKE,
      );
      return `${group[0]?.operator} at ${nodes} (${group[0]?.reason})`;
    }),
    LISTED,
  );
}

function shortened(items: readonly string[], most: number): string {
  const more = items.length > most ? [`and ${items.length - most} more`] : [];
  return [...items.slice(0, most), ...more].join(', ');
}
