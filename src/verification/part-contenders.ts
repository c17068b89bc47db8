import { artefactNetwork } from '../check/pieces/network.js';
import type { ResolvedVerify } from '../commands/verify/options.js';
import { EngineFailure } from '../engines/index.js';
import { judgedAs } from './bar.js';
import { bisect } from './bisect/bisect.js';
import type { Tried } from './bisect/measure.js';
import { type OpenCandidate, takes } from './candidate.js';
import type { Contender } from './contender.js';
import type { Engines } from './engines.js';
import type { Group, Way } from './groups.js';
import type { Reference } from './reference.js';
import { referenceNetwork } from './reference-network.js';

/** What candidates are compared with, on what, and by which engines. */
export interface Parting {
  readonly reference: Reference;
  readonly engines: Engines;
  readonly groups: readonly Group[];
  /** In which way the reference took the samples of a group; null: in none. One that is not here was not tried. */
  readonly settled: ReadonlyMap<Group, Way | null>;
}

/** Whether that is asked for, by itself or by what implies it. */
export function asksToBisect({ bisect, save, nodeData }: ResolvedVerify): boolean {
  return bisect === true || save !== undefined || nodeData !== undefined;
}

/**
 * Finds where each candidate parts from the reference. A candidate that cannot be run in pieces keeps its verdict.
 * @throws OutputError where `--save` or `--node-data` cannot be written
 */
export async function partContenders(
  contenders: readonly (Contender & { readonly candidate: OpenCandidate })[],
  parting: Parting,
  { save, nodeData }: ResolvedVerify,
): Promise<void> {
  const reference = await referenceNetwork(parting.reference, parting.engines);
  for (const contender of contenders) {
    const { artefact, runs } = contender.candidate;
    const kind = judgedAs(parting.reference.artefact.opened, artefact.opened);
    const candidate = artefactNetwork(artefact.target, artefact.opened, runs, {
      engine: parting.engines.forCandidates(artefact.target.engine),
      rounded: contender.candidate.mustLoad !== undefined,
    });
    const precision = kind === 'palette' || kind === 'activations' ? 'int8' : kind;
    try {
      const samples = await samplesOf(parting, contender.candidate);
      const parted = await bisect({
        reference,
        candidate,
        samples,
        precision,
        isEquivalent: contender.conclusion?.error === undefined,
        saveTo: save,
        nodeDataTo: nodeData,
      });
      if (parted) contender.parted = parted;
      else contender.notes.push('it has no value in common with the reference, so where they part is not known');
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
      contender.notes.push(`where it parts from the reference was not found: ${error.message}`);
    }
  }
}

/** All groups whose sizes both take: what differs at one of several settings alone is looked for there, too. */
async function samplesOf({ groups, settled }: Parting, { runs }: OpenCandidate): Promise<Tried> {
  const samples: { readonly index: number; readonly way: Way }[] = [];
  const noisy = new Set<number>();
  for (const group of groups) {
    const way = settled.has(group) ? settled.get(group) : group.ways[0];
    if (!way || !takes(runs, await way(group.start))) continue;
    // Noise was measured on those, too: they differ in kind.
    if (group.isMeasured) for (const place of [0, 2]) noisy.add(samples.length + place);
    for (let place = 0; place < group.size; place++) samples.push({ index: group.start + place, way });
  }
  return {
    size: samples.length,
    noisy,
    sample(place) {
      const sample = samples[place];
      if (!sample) throw new RangeError(`there is no sample ${place}`);
      return sample.way(sample.index);
    },
  };
}
