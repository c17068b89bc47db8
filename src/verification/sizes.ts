import { UsageError } from '../model/index.js';
import type { InputSpec } from '../trials/index.js';
import type { OpenCandidate } from './candidate.js';

/**
 * Inputs with the sizes that candidates fix where the reference leaves them open: what cannot be tried otherwise is tried so.
 * @returns also what became fixed, a sentence each
 * @throws UsageError where candidates fix different sizes
 */
export function withFixedSizes(
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
