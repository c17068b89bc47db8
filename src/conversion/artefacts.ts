import type { Verdict } from '../check/index.js';
import {
  type ArtefactInMemory,
  expectNotAmong,
  type Identity,
  type Outlet,
  openOutlet,
  type Staged,
} from '../files/index.js';
import type { Artefact, LowerOptions, Precision, Target } from '../formats/format.js';
import { type MobileoneError, NotEquivalentError } from '../model/index.js';
import { openWritten } from '../proof/candidates.js';
import type { ModelCheck } from '../proof/model-check.js';
import { disproof, isProvable, proveArtefact } from '../proof/prove-artefact.js';
import type { ProofReport } from '../report/index.js';
import { growthNotes, reportArtefact } from './artefact-report.js';
import type { Work } from './convert-model.js';
import { keepInFloat32 } from './keep-in-float32.js';

/** What a target was lowered to, as bytes that are nowhere yet. */
export interface Lowered {
  readonly target: Target;
  readonly options: LowerOptions;
  /** What its constants are rounded to. */
  readonly precision: Precision;
  /** What was assumed, renamed or fixed on the way, a sentence each. */
  readonly notes: readonly string[];
  readonly artefact: Artefact;
}

/** An artefact on its way from bytes to its final place. */
export interface Stage extends Lowered {
  readonly staged: Staged;
  verdict?: Verdict;
  proof?: ProofReport | undefined;
}

/**
 * Stages all artefacts, opens and judges each, and places all of them or none. What became of them is in the draft.
 * @returns those that stay in memory
 */
export async function writeArtefacts(
  work: Work,
  lowered: readonly Lowered[],
  check: ModelCheck | undefined,
): Promise<readonly ArtefactInMemory[]> {
  const { run, draft, stations, source } = work;
  const protect = protectedBy(work);
  const outlet = openOutlet(run.options.outDir);
  const stages: Stage[] = [];
  let isPlaced = false;
  try {
    for (const each of lowered) stages.push(await stations.time('write', () => stage(work, each, outlet)));
    for (const each of stages) await judge(work, each, check, outlet);
    if (decide(work, stages)) {
      const staged = stages.map((each) => each.staged);
      await stations.time('put in place', () => outlet.putInPlace(staged, protect));
      isPlaced = true;
    }
  } finally {
    await check?.close();
    // No system takes away a file that it still writes.
    await Promise.allSettled(stages.map(({ staged }) => staged.onDisk));
    outlet.close(isPlaced);
    draft.artefacts = stages.map((each) => {
      const { target, options, precision, notes, verdict, proof, staged } = each;
      const { destination, written: files } = staged;
      return reportArtefact({
        target: target.name,
        path: destination.shown,
        precision,
        files,
        notes: [...notes, ...growthNotes(files, options, source, draft)],
        verdict,
        proof,
        isPlaced,
      });
    });
  }
  return outlet.placed;
}

/** What the run reads, which is neither written over nor deleted. @throws UsageError where an artefact would lie there */
function protectedBy({ run, plan, source }: Work): ReadonlySet<Identity> {
  const own = [source, ...source.external.files].flatMap(({ identity }) => identity ?? []);
  const protect = new Set([...run.protect, ...own]);
  if (run.options.outDir !== null) for (const { shown } of plan.destinations.values()) expectNotAmong(shown, protect);
  return protect;
}

async function stage({ plan }: Work, lowered: Lowered, outlet: Outlet): Promise<Stage> {
  const destination = plan.destinations.get(lowered.target.name);
  if (!destination) throw new Error(`no place was planned for ${lowered.target.name}`);
  return { ...lowered, staged: await outlet.stage(lowered.artefact, destination) };
}

/** What is opened is what was read back from the disk. */
async function judge(work: Work, each: Stage, check: ModelCheck | undefined, outlet: Outlet): Promise<void> {
  const { run, source, stations } = work;
  let opened = await stations.time('open', () => openWritten(each.target, each.staged.artefact, run.labels));
  if (check) {
    const first = await stations.time('check', () =>
      check.judge({ ...each, opened }, source.model, (runs) => stations.advance('check', runs)),
    );
    const stageAgain = (lowered: Lowered) => stage(work, lowered, outlet);
    const search = { check, opened, verdict: first, stageAgain };
    const found = first.error
      ? await stations.time('search', () => keepInFloat32(work, each, search))
      : { stage: each, opened, verdict: first };
    Object.assign(each, found.stage);
    opened = found.opened;
    each.verdict = found.verdict;
  }
  if (run.options.prove && isProvable(each)) {
    each.proof = await stations.time('prove', () => proveArtefact(source.readAgain().graph, opened));
  }
}

/** Whether the artefacts may be placed: each is equivalent, or only differs and is wanted in spite of that. */
function decide({ run, draft }: Work, stages: readonly Stage[]): boolean {
  const errors = stages.flatMap(({ verdict, proof }): MobileoneError[] =>
    [verdict?.error ?? [], disproof(proof) ?? []].flat(),
  );
  for (const error of errors) draft.fail(error);
  return errors.every((error) => run.options.keep === true && error instanceof NotEquivalentError);
}
