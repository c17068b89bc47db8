import { median } from '../../median.js';
import type { Model, Node, SourceNode } from '../../model/index.js';
import { mergeOrigins } from '../../passes/pass.js';
import { macsOf } from '../static/macs.js';
import { type EngineEvent, type ProfiledRun, runsIn } from './events.js';
import { marked } from './marks.js';
import { ownedNodes } from './owners.js';
import type { Peaks, Profiler } from './peaks.js';
import type { LayerReport, ProfiledNode, ProfileReport } from './report.js';
import { roofOf } from './roofline.js';

/** The first runs find caches and memory as nobody will later. */
const WARM_UP = 3;
const RUNS = 30;

/** What is known beside the profile itself. */
export interface ProfileParts extends Pick<ProfileReport, 'engine' | 'threads' | 'form' | 'unprofiled'> {
  readonly peaks: Peaks;
}

/** A profile, with what draws it on a time line or over a graph. */
export interface NetworkProfile {
  readonly report: ProfileReport;
  /** The run that took the middle time. */
  readonly typical: ProfiledRun;
  /** For each layer the names of the values that its nodes make. */
  readonly values: readonly (readonly string[])[];
}

/**
 * Runs a network under the engine's own profiler and says of every thing that the engine does which nodes it stands for, what
 * it takes and what it could take.
 * @param model all sizes fixed, and types inferred
 * @throws EngineFailure
 */
export async function profileNetwork(model: Model, profiler: Profiler, parts: ProfileParts): Promise<NetworkProfile> {
  const runs = runsIn(await profiler(marked(model), WARM_UP + RUNS)).slice(WARM_UP);
  const typical = middle(runs);
  const owned = ownedNodes(typical.events, model.graph);
  const times = mediansOf(runs, typical);
  const layerSum = times.reduce((total, each) => total + each, 0);
  const sums = runs.map(({ events }) => events.reduce((total, { duration }) => total + duration, 0));
  const gaps = runs.map(({ duration }, at) => duration - (sums[at] ?? 0));
  const layers = typical.events.map((event, at) =>
    describe(event, owned[at] ?? [], times[at] ?? 0, layerSum, parts.peaks),
  );
  return {
    report: {
      ...{ ...parts, runs: runs.length, whole: milliseconds(runs.map(({ duration }) => duration)) },
      ...{ sum: milliseconds(sums), gap: milliseconds(gaps), layerSum, layers },
    },
    typical,
    values: owned.map((nodes) => nodes.flatMap(({ outputs }) => outputs.flatMap((value) => value?.name ?? []))),
  };
}

/** The middle of microseconds. */
function milliseconds(all: readonly number[]): number {
  return median(all) / 1000;
}

function middle(runs: readonly ProfiledRun[]): ProfiledRun {
  const ordered = [...runs].sort((a, b) => a.duration - b.duration);
  const found = ordered[Math.floor(ordered.length / 2)];
  if (!found) throw new Error('the profiler wrote down no run');
  return found;
}

/** Milliseconds of each event of the typical run, the middle of all runs that did the same things. */
function mediansOf(runs: readonly ProfiledRun[], { events }: ProfiledRun): number[] {
  const alike = runs.filter((run) => run.events.length === events.length);
  return events.map((_, at) => median(alike.map((run) => run.events[at]?.duration ?? 0)) / 1000);
}

function describe(
  { operator, read, weights, written, shape }: EngineEvent,
  nodes: readonly Node[],
  time: number,
  sum: number,
  peaks: Peaks,
): LayerReport {
  const macs = nodes.reduce((total, node) => total + (macsOf(node) ?? 0), 0);
  const bytes = read + weights + written;
  const roof = roofOf(macs, bytes, peaks);
  return {
    operator,
    milliseconds: time,
    share: sum > 0 ? time / sum : 0,
    ...{ macs, bytes, roof: roof.milliseconds, bound: roof.bound },
    distance: time / roof.milliseconds,
    shape: shape ?? null,
    nodes: nodes.map(({ label, operatorName }) => ({ name: label, operator: operatorName })),
    sources: mergeOrigins(nodes.map(({ origin }) => origin)).map(sourceNode),
  };
}

function sourceNode({ name, operator }: SourceNode): ProfiledNode {
  return { name, operator };
}
