import type { ResolvedVerify } from '../commands/verify/options.js';
import { EngineFailure } from '../engines/index.js';
import { asOneChunk } from '../model/index.js';
import { judgedAs } from './bar.js';
import { bisect } from './bisect/bisect.js';
import type { Tried } from './bisect/measure.js';
import { artefactNetwork, type Network, sourceNetwork } from './bisect/network.js';
import type { OpenCandidate } from './candidate.js';
import type { Contender } from './contender.js';
import type { Engines } from './engines.js';
import type { Group } from './groups.js';
import type { Reference } from './reference.js';

/** What candidates are compared with, on what, and by which engines. */
export interface Parting {
  readonly reference: Reference;
  readonly engines: Engines;
  /** The first of them are tried, or all of them where they are a user's. */
  readonly groups: readonly Group[];
  readonly isUserGiven: boolean;
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
  const reference = await networkOfReference(parting);
  for (const contender of contenders) {
    const { artefact, runs } = contender.candidate;
    const kind = judgedAs(parting.reference.artefact.opened, artefact.opened);
    const candidate = artefactNetwork(artefact.target, artefact.opened, runs, {
      engine: parting.engines.forCandidates(artefact.target.engine),
      rounded: contender.candidate.mustLoad !== undefined,
    });
    const precision = kind === 'palette' || kind === 'activations' ? 'int8' : kind;
    try {
      const samples = samplesOf(parting);
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

/** The very bytes that it was compared by, in pieces. */
async function networkOfReference({ reference, engines }: Parting): Promise<Network> {
  const { artefact, runs, graph } = reference;
  const { target, opened } = artefact;
  const engine = engines.forReference(target.engine);
  if (!graph) return artefactNetwork(target, opened, runs, { engine, optimize: false });
  const { model, files } = runs.payload;
  return sourceNetwork({
    bytes: model instanceof Uint8Array ? model : asOneChunk(model),
    files,
    ports: runs,
    values: opened.values,
    engine,
  });
}

/** Each in the first way that there is: what the reference refuses was told when it was compared. */
function samplesOf({ groups, isUserGiven }: Parting): Tried {
  const taken = isUserGiven ? groups : groups.slice(0, 1);
  return {
    size: taken.reduce((sum, { size }) => sum + size, 0),
    sample(index) {
      const group = taken.find(({ start, size }) => index >= start && index < start + size);
      const way = group?.ways[0];
      if (!way) throw new RangeError(`there is no sample ${index}`);
      return way(index);
    },
  };
}
