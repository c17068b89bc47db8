import type { ArtefactPort } from '../formats/format.js';
import { type AskedShape, type AskedSize, formatAsked, isFlexible, UsageError } from '../model/index.js';
import { turned } from '../trials/axes.js';
import type { InputSpec } from '../trials/index.js';
import type { OpenCandidate } from './candidate.js';

/**
 * Inputs with the sizes that candidates fix, or have bounds for, where the reference leaves them open: what cannot be tried
 * otherwise is tried so.
 * @returns also what became fixed or bounded, a sentence each
 * @throws UsageError where candidates fix different sizes, or have different bounds
 */
export function withSizesOf(
  candidates: readonly OpenCandidate[],
  specs: readonly InputSpec[],
): { readonly specs: InputSpec[]; readonly notes: string[] } {
  const fixed = withFixedSizes(specs, candidates);
  const bounded = fixed.specs.map((spec) => withBounds(spec, candidates));
  const notes = bounded.flatMap(({ name, asked }, place) =>
    asked && !specs[place]?.asked ? `tried within ${name} ${formatAsked(asked)}, which a candidate takes` : [],
  );
  return { specs: bounded, notes: [...fixed.notes, ...notes] };
}

/** What an artefact says that its inputs take, of those whose sizes vary, a sentence each. */
export function notesOnSizes(inputs: readonly ArtefactPort[]): string[] {
  return inputs.flatMap(({ name, asked }) => (asked ? `it takes ${name} ${formatAsked(asked)}` : []));
}

/** An input whose sizes are open has the bounds of candidates; what one of them leaves open has none. */
function withBounds(spec: InputSpec, candidates: readonly OpenCandidate[]): InputSpec {
  if (spec.asked) return spec;
  const found = new Map<string, AskedShape>();
  for (const { runs } of candidates) {
    const port = runs.inputs.find(({ sourceName }) => sourceName === spec.name);
    const asked = port?.asked && turned(port.asked, port.permutation);
    const isOpen = (size: AskedSize, axis: number) => isFlexible(size) && typeof spec.shape[axis] === 'string';
    if (!asked || asked.length !== spec.shape.length || !asked.some(isOpen)) continue;
    const bounds = asked.map((size, axis) => {
      const own = spec.shape[axis];
      return typeof own === 'number' ? own : size;
    });
    found.set(formatAsked(bounds), bounds);
  }
  const [bounds, ...others] = found.values();
  if (!bounds) return spec;
  if (others.length > 0) {
    throw new UsageError({
      what: `candidates take different sizes of ${spec.name}: ${[...found.keys()].join(' and ')}`,
      todo: 'say which to try with --shape, or verify them in runs of their own',
    });
  }
  return { ...spec, asked: bounds };
}

/** @throws UsageError where candidates fix different sizes */
function withFixedSizes(
  specs: readonly InputSpec[],
  candidates: readonly OpenCandidate[],
): { readonly specs: InputSpec[]; readonly notes: string[] } {
  const notes: string[] = [];
  const fixed = specs.map((spec) => {
    const shape = spec.shape.map((size, axis) => {
      if (typeof size === 'number') return size;
      const [wanted, ...others] = new Set(candidates.flatMap((candidate) => sizeIn(candidate, spec.name, axis)));
      if (others.length > 0) {
        throw new UsageError({
          what: `candidates fix axis ${axis} of ${spec.name} at ${[wanted, ...others].join(' and ')}`,
          todo: 'verify them in runs of their own',
        });
      }
      return wanted ?? size;
    });
    if (shape.some((size, axis) => size !== spec.shape[axis])) {
      notes.push(
        `tried at ${spec.name} [${shape.map((size) => (typeof size === 'number' ? size : '?'))}], which a candidate fixes`,
      );
    }
    return { ...spec, shape };
  });
  return { specs: fixed, notes };
}

function sizeIn({ runs }: OpenCandidate, name: string, axis: number): number[] {
  const port = runs.inputs.find(({ sourceName }) => sourceName === name);
  const place = port?.permutation ? port.permutation.indexOf(axis) : axis;
  const size = port?.shape?.[place];
  return size === undefined ? [] : [size];
}
