import { type ListedFile, listFiles, readFile } from '../../files/index.js';
import { InputError, type MobileoneError } from '../../model/index.js';
import type { CandidateReport, ErrorReport, ModelReport, PartReport, Report } from '../../report/index.js';
import { VERSION } from '../../version.js';
import { conclude } from '../conclude.js';
import { withConclusion } from '../contender.js';
import { Findings } from '../findings.js';
import { errorFrom } from './error-as-data.js';
import { groupsIn, isWhole, termsIn } from './part.js';

/** A file that holds one part. */
interface Part {
  readonly file: string;
  readonly part: PartReport;
  readonly model: ModelReport;
}

const LIMIT = { bytes: 2 ** 30, what: 'over the limit of 1 GiB for a part', todo: 'cut the samples into more parts' };

/**
 * Joins the parts of a verification into what one machine would have found: the report of its reference, with candidates.
 * @param places files, or folders of them, in which what is no part is left out
 * @throws InputError where a part is missing, stands twice, is damaged or is of another run
 */
export function mergeParts(places: readonly string[]): {
  readonly model: ModelReport;
  readonly error: MobileoneError | undefined;
} {
  const parts = orderedParts(places.flatMap(partsAt));
  const [first] = parts;
  if (!first) throw new InputError({ what: 'there is no part of a verification', where: { file: places.join(', ') } });
  const terms = termsIn(first.part);
  const findings = new Findings(terms);
  const failures = new Map<number, ErrorReport>();
  for (const group of groupsIn(parts.map(({ part }) => part))) {
    for (const record of group.records) findings.add(record);
    for (const [place, failure] of group.failures) if (!failures.has(place)) failures.set(place, failure);
  }
  const { suspect, places: candidates } = terms;
  const judgedBy = { ...terms, suspect: () => suspect ?? undefined };
  const reports = [...first.model.candidates];
  candidates.forEach(({ candidate, caveat }, place) => {
    const report = reports[candidate];
    const failure = failures.get(place);
    const conclusion = conclude(findings, place, judgedBy, failure && errorFrom(failure));
    if (report) reports[candidate] = withConclusion(report, conclusion, caveat ?? undefined);
  });
  return outcomeOf(first.model, reports, new Set(parts.flatMap(({ model }) => model.notes)));
}

/** Whether a whole part lies there, of whatever run. */
export function isPart(file: string): boolean {
  try {
    return readPart(file) !== undefined;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

function outcomeOf(model: ModelReport, candidates: readonly CandidateReport[], notes: ReadonlySet<string>) {
  const failed = candidates.find(({ error }) => error);
  const error = failed?.error ?? null;
  return {
    model: { ...model, candidates, notes: [...notes], exitCode: failed?.exitCode ?? 0, error },
    error: error ? errorFrom(error) : undefined,
  };
}

/** The parts from 1 to the last, alike and complete. */
function orderedParts(parts: readonly Part[]): Part[] {
  const [first] = parts;
  if (!first) return [];
  for (const { file, part } of parts) {
    const { facts, of } = part;
    const told = { ...facts, 'number of parts': String(of) };
    const known: Record<string, string> = { ...first.part.facts, 'number of parts': String(first.part.of) };
    const other = Object.keys({ ...known, ...told }).find((name) => known[name] !== Reflect.get(told, name));
    if (other !== undefined) {
      throw new InputError({ what: `it is of another run than ${first.file}: ${other} differs`, where: { file } });
    }
    if (facts.mobileone !== VERSION) {
      throw new InputError({
        what: `it was written by mobileone ${facts.mobileone}, this is ${VERSION}`,
        where: { file },
      });
    }
  }
  const byShard = new Map<number, Part>();
  for (const each of parts) {
    const twin = byShard.get(each.part.shard);
    if (twin) {
      throw new InputError({
        what: `part ${each.part.shard} stands in ${twin.file} as well`,
        where: { file: each.file },
      });
    }
    byShard.set(each.part.shard, each);
  }
  const all = Array.from({ length: first.part.of }, (_, index) => index + 1);
  const missing = all.filter((shard) => !byShard.has(shard));
  if (missing.length > 0) {
    throw new InputError({
      what: `of ${first.part.of} parts ${missing.length === 1 ? 'one is' : `${missing.length} are`} missing: ${missing.join(', ')}`,
      todo: `run verify with --shard ${missing[0]}/${first.part.of}`,
    });
  }
  return all.flatMap((shard) => byShard.get(shard) ?? []);
}

function partsAt(place: string): Part[] {
  const inside: readonly ListedFile[] | undefined = listFiles(place);
  if (inside) return inside.filter(({ path }) => path.endsWith('.json')).flatMap(({ file }) => readPart(file) ?? []);
  const part = readPart(place);
  if (!part) throw new InputError({ what: 'no part of a verification', where: { file: place } });
  return [part];
}

/** @returns undefined where the file is JSON of another kind */
function readPart(file: string): Part | undefined {
  const { bytes } = readFile(file, LIMIT);
  let report: Partial<Report> | null;
  try {
    report = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new InputError({ what: 'a damaged part: it is no JSON', where: { file }, cause });
  }
  const [model] = report?.models ?? [];
  const part = report?.part;
  if (!model || !part) return undefined;
  if (!isWhole(part)) throw new InputError({ what: 'a damaged part: it was changed', where: { file } });
  return { file, part, model };
}
