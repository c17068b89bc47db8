import type { ResolvedVerify } from '../commands/verify/options.js';
import type { Shard } from '../commands/verify/shard-options.js';
import { openSamples } from '../data/open-samples.js';
import type { Samples } from '../data/samples.js';
import { type ArtefactInMemory, expectNotAmong, nameOf } from '../files/index.js';
import { MobileoneError, UsageError } from '../model/index.js';
import { disproof } from '../proof/prove-artefact.js';
import { onAbort } from '../run/abort.js';
import type { Draft } from '../run/draft.js';
import type { Stations } from '../run/stations.js';
import { labelsOf } from '../source/labels.js';
import { type GivenArrays, type InputSpec, type PixelInput, seededTrials } from '../trials/index.js';
import { makeCandidate, withColours } from './candidate.js';
import { conclude, type DataTerms, type Terms } from './conclude.js';
import { type Contender, type Opponent, reportContender, termsOf } from './contender.js';
import { Engines } from './engines.js';
import { expectMapped } from './expect-mapped.js';
import { Findings } from './findings.js';
import { type Group, groupsOfSamples, groupsOfTrials } from './groups.js';
import { notesOn } from './match.js';
import { type OnDataOutcome, onData } from './on-data.js';
import { type FoundArtefact, findArtefact, openFound } from './open-artefact.js';
import { asksToBisect, partContenders } from './part-contenders.js';
import { pixelInput } from './pixels.js';
import { proveContenders } from './prove-contenders.js';
import { type Recording, recordSamples } from './record-samples.js';
import { lookingInside, makeReference, type Reference } from './reference.js';
import { describeReference } from './reference-report.js';
import { notesOnSizes, withSizesOf } from './sizes.js';
import { withFile } from './with-file.js';

/** What is verified, and where its report grows. */
export interface Verification {
  readonly options: ResolvedVerify;
  readonly draft: Draft;
  readonly stations: Stations;
  /** Which part of the samples; undefined: all. */
  readonly shard: Shard | undefined;
  /** Files that will be written, as the user named them. */
  readonly places: readonly string[];
}

/**
 * Compares candidates with a reference. Whatever a user can act on ends up in the draft; a defect is thrown.
 * @param given the reference: its path, or its bytes
 * @param candidates likewise
 * @returns what is left of a verification on data, where it came to its end
 */
export async function verifyArtefacts(
  given: string | ArtefactInMemory,
  candidates: readonly (string | ArtefactInMemory)[],
  verification: Verification,
): Promise<OnDataOutcome | undefined> {
  const { options, draft, stations } = verification;
  const contenders = candidates.map((each): Contender => ({ given: each, path: nameOf(each), notes: [] }));
  const engines = new Engines({ build: options.engine, timeoutSeconds: options.timeout });
  const unheard = onAbort(options, () => engines.close());
  try {
    const artefact = await stations.time('read', async () => openFound(await find(given, verification), options));
    draft.source = describeReference(artefact);
    const reference = await stations.time('look', () => makeReference(artefact, options));
    if (reference.stock) draft.takeStock(reference.stock);
    draft.note(...artefact.notes, ...artefact.opened.notes, ...notesOnSizes(artefact.opened.inputs));
    for (const contender of contenders) {
      await stations.time('open', () => failing(contender, () => open(contender, reference, verification)));
    }
    expectMapped(options.map, contenders);
    if (options.prove) await stations.time('prove', () => proveContenders(artefact, contenders, options));
    return await compare(reference, contenders, engines, verification);
  } catch (error) {
    if (!(error instanceof MobileoneError)) throw error;
    draft.fail(error);
    return undefined;
  } finally {
    unheard();
    engines.close();
    draft.candidates = contenders.map(reportContender);
    for (const { path: file, conclusion, proof, error = conclusion?.error ?? disproof(proof) } of contenders) {
      if (error) draft.fail(withFile(error, file));
    }
  }
}

/** What fails in one candidate keeps no other from being judged, but for wrong usage. */
async function failing(contender: Contender, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof MobileoneError)) throw error;
    if (error instanceof UsageError) throw withFile(error, contender.path);
    contender.error = error;
  }
}

/** @throws UsageError where a file that it consists of would be written over */
async function find(given: string | ArtefactInMemory, { options, places }: Verification): Promise<FoundArtefact> {
  const found = await findArtefact(given, options);
  for (const place of places) expectNotAmong(place, found.externalData);
  return found;
}

async function open(contender: Contender, reference: Reference, verification: Verification): Promise<void> {
  const { options } = verification;
  contender.found = await find(contender.given, verification);
  contender.opened = await openFound(contender.found, options);
  contender.notes.push(...contender.found.notes, ...contender.opened.opened.notes);
  contender.candidate = makeCandidate(contender.opened, reference, options.map);
  contender.notes.push(...notesOn(contender.candidate.matching), ...notesOnSizes(contender.opened.opened.inputs));
}

async function compare(
  made: Reference,
  contenders: readonly Contender[],
  engines: Engines,
  verification: Verification,
): Promise<OnDataOutcome | undefined> {
  const { options, draft, stations } = verification;
  const running = contenders.filter(hasCandidate);
  if (running.length === 0) return undefined;
  const trying = await setUp(made, running, engines, verification);
  const { recording, given, findings } = trying;
  const { groups, outcome } = await stations.time('compare', () =>
    given ? tryOnData(trying, given, contenders, verification) : tryOnDraws(trying),
  );
  draft.note(...recording.notes);
  if (asksToBisect(options)) {
    const { reference, settled } = recording;
    await stations.time('bisect', () => partContenders(running, { reference, engines, groups, settled }, options));
  }
  if (options.html !== undefined && given) draft.thumbnails = await worstPictures(running, findings, given.samples);
  return outcome;
}

/** Candidates beside the reference: what they are tried on, and what that showed. */
interface Trying {
  readonly running: readonly Opponent[];
  readonly recording: Recording;
  readonly terms: Terms;
  readonly findings: Findings;
  readonly specs: readonly InputSpec[];
  readonly pixels: PixelInput | undefined;
  /** undefined: seeded draws. */
  readonly given: Given | undefined;
}

/** What was tried, and what is left of it on data. */
interface Tried {
  readonly groups: readonly Group[];
  readonly outcome: OnDataOutcome | undefined;
}

async function setUp(
  made: Reference,
  running: readonly Opponent[],
  engines: Engines,
  { options, draft }: Verification,
): Promise<Trying> {
  const opened = running.map(({ candidate }) => candidate);
  const { specs, notes } = withSizesOf(opened, made.specs);
  draft.note(...notes);
  const pixels = pixelInput(options, made, opened);
  const values = opened.flatMap(({ selections }) => [...(selections?.before ?? []), ...(selections?.between ?? [])]);
  const looking = await lookingInside(made, values, options);
  const reference = { ...looking, runs: withColours(looking.runs, pixels?.order) };
  for (const contender of running) {
    const { candidate } = contender;
    contender.candidate = { ...candidate, runs: withColours(candidate.runs, pixels?.order) };
  }
  const given =
    options.inputs === undefined ? undefined : givenSamples(options.inputs, options, reference, running, specs, pixels);
  const recording: Recording = {
    reference,
    candidates: running.map(({ candidate }) => candidate),
    engines,
    notes: new Set(given?.samples.notes),
    failures: new Map(),
    keepsClasses: given !== undefined,
    settled: new Map(),
  };
  const terms = await termsOf(running, recording, options, given);
  return { running, recording, terms, findings: new Findings(terms), specs, pixels, given };
}

async function tryOnData(
  { running, recording, terms, findings }: Trying,
  { samples }: Given,
  contenders: readonly Contender[],
  verification: Verification,
): Promise<Tried> {
  const outcome = await onData({ contenders, running, recording, terms, samples }, verification, findings);
  if (!outcome.part) concludeEach(running, findings, terms, recording);
  return { groups: groupsOfSamples(samples), outcome };
}

/** The first draws, and others while these leave something open. */
async function tryOnDraws({ running, recording, terms, findings, specs, pixels }: Trying): Promise<Tried> {
  let tried: readonly Group[] = [];
  let draw = 0;
  for (const groups of seededGroups(specs, pixels)) {
    tried = groups;
    for await (const records of recordSamples(recording, groups, draw++)) {
      for (const record of records) findings.add(record);
    }
    concludeEach(running, findings, terms, recording);
    if (!running.some(({ conclusion }) => conclusion?.judged?.isOpen)) break;
  }
  return { groups: tried, outcome: undefined };
}

function concludeEach(
  running: readonly Opponent[],
  findings: Findings,
  terms: Terms,
  { failures }: Pick<Recording, 'failures'>,
): void {
  for (const [place, contender] of running.entries()) {
    contender.conclusion = conclude(findings, place, terms, failures.get(place));
  }
}

/** Small pictures of the samples that are furthest off, where samples are images. */
async function worstPictures(
  running: readonly Opponent[],
  { onData: figures }: Findings,
  samples: Samples,
): Promise<Map<string, string>> {
  const worst = running.flatMap(({ conclusion }, place) => (conclusion?.data && figures[place]?.worst) || []);
  const pictures = new Map<string, string>();
  for (const { label, index } of worst.toSorted((a, b) => a.index - b.index)) {
    const shown = pictures.has(label) ? undefined : await samples.picture?.(index);
    if (shown) pictures.set(label, await (await import('../data/thumbnails.js')).thumbnailOf(shown));
  }
  return pictures;
}

/** A user's samples, with what is known of them. */
interface Given extends DataTerms {
  readonly samples: Samples;
}

/** A user's samples. Class names are the user's, else what the first artefact says that has any. */
function givenSamples(
  place: string | GivenArrays,
  options: ResolvedVerify,
  reference: Reference,
  running: readonly Opponent[],
  specs: readonly InputSpec[],
  pixels: PixelInput | undefined,
): Given {
  const artefacts = [reference.artefact, ...running.map(({ candidate }) => candidate.artefact)];
  const told = artefacts.find(({ opened }) => opened.labels)?.opened.labels;
  const labels = options.labels === undefined ? told : labelsOf(options.labels);
  const count = reference.anchors.outputs.find(({ shape }) => shape?.length === 2)?.shape?.[1];
  const samples = openSamples(place, { ...options, specs, image: pixels, classes: { labels, count } });
  return { samples, labels, preprocessing: samples.preprocessing };
}

/** The first draws, and others for a reference that does not reproduce itself on those. */
function* seededGroups(...given: Parameters<typeof seededTrials>): Generator<Group[]> {
  const trials = seededTrials(...given);
  for (const each of [trials, ...trials.others]) yield groupsOfTrials(each);
}

function hasCandidate(contender: Contender): contender is Opponent {
  return contender.candidate !== undefined;
}
