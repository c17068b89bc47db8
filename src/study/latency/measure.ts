import { EngineFailure, type Threads, type TimingPlan } from '../../engines/index.js';
import { median } from '../../median.js';
import { UnsupportedError } from '../../model/index.js';
import { Random } from '../../trials/random.js';
import type { Timing } from '../measure.js';
import type { StartedEngine } from './engines.js';
import type { Prepared, Subject } from './subject.js';

/** What one network in one form took in one engine. */
export interface Latency extends Timing {
  /** That of the subject. */
  readonly key: string;
  /** The fastest run, which was disturbed least; milliseconds. */
  readonly fastest: number;
}

/** A network that an engine could not be timed on, and why. */
export interface NotTimed {
  readonly key: string;
  readonly engine: string;
  readonly reason: string;
}

/** How often and how long is measured. */
export interface MeasuringOptions {
  /** By which the order of turns is drawn; the same gives the same order. */
  readonly seed?: number | undefined;
  /** How many turns each has. */
  readonly turns?: number | undefined;
  readonly plan?: TimingPlan | undefined;
  /** Which numbers of threads, of those that an engine has. */
  readonly threads?: readonly Threads[] | undefined;
  /** Called before each turn: whose it is, how many are over and how many there are. */
  readonly onTurn?: ((key: string, done: number, total: number) => void) | undefined;
}

/** Many short turns, since what disturbs a machine lasts: 30 networks of 5 ms take a minute and a half. */
export const PLAN: TimingPlan = { warmUpMilliseconds: 80, least: 3, most: 200, milliseconds: 150 };
const TURNS = 10;

interface Place {
  readonly subject: Subject;
  readonly engine: StartedEngine;
  readonly threads: Threads;
  readonly prepared: Prepared;
  readonly turns: (readonly number[])[];
}

/**
 * Times every subject in every engine. What is compared is interleaved: in each of several rounds every network has its turn
 * in each engine once, in an order that is drawn anew, so that what disturbs the machine for a while disturbs all alike. In a
 * turn the model is loaded, runs until it is warm, and then runs with the clock beside it.
 */
export async function measureLatency(
  subjects: readonly Subject[],
  engines: readonly StartedEngine[],
  options: MeasuringOptions = {},
): Promise<{ readonly latencies: readonly Latency[]; readonly notTimed: readonly NotTimed[] }> {
  const { seed = 1, turns = TURNS, plan = PLAN, onTurn } = options;
  const notTimed: NotTimed[] = [];
  const places = await placesFor(subjects, engines, options.threads, notTimed);
  const given = new Set<Place>();
  const random = new Random(seed);
  for (let round = 0; round < turns; round++) {
    const order = shuffled(
      places.filter((place) => !given.has(place)),
      random,
    );
    for (const [at, place] of order.entries()) {
      onTurn?.(place.subject.key, round * order.length + at, turns * order.length);
      try {
        place.turns.push(await takeTurn(place, plan));
      } catch (error) {
        if (!(error instanceof EngineFailure)) throw error;
        given.add(place);
        notTimed.push({ key: place.subject.key, engine: place.engine.name, reason: error.message });
      }
    }
  }
  return { latencies: places.filter((place) => !given.has(place)).map(summarise), notTimed };
}

async function placesFor(
  subjects: readonly Subject[],
  engines: readonly StartedEngine[],
  wanted: readonly Threads[] | undefined,
  notTimed: NotTimed[],
): Promise<Place[]> {
  const places: Place[] = [];
  for (const subject of subjects) {
    const byFormat = new Map<string, Promise<Prepared>>();
    for (const engine of engines) {
      const { format, name, threads } = engine;
      const preparing = byFormat.get(format) ?? subject.prepare(format);
      byFormat.set(format, preparing);
      try {
        const prepared = await preparing;
        for (const each of threads) {
          if (wanted && !wanted.includes(each)) continue;
          places.push({ subject, engine, threads: each, prepared, turns: [] });
        }
      } catch (error) {
        if (!(error instanceof UnsupportedError)) throw error;
        notTimed.push({ key: subject.key, engine: name, reason: error.message });
      }
    }
  }
  return places;
}

async function takeTurn({ engine, threads, prepared }: Place, plan: TimingPlan): Promise<readonly number[]> {
  const session = await engine.process.load({ ...prepared.payload(), optimize: true, threads });
  try {
    return await session.time(prepared.feeds, prepared.outputs, plan);
  } finally {
    await session.release();
  }
}

/** Fisher and Yates. */
function shuffled<T>(list: readonly T[], random: Random): T[] {
  const order = [...list];
  for (let at = order.length - 1; at > 0; at--) {
    const other = random.integer(at + 1);
    const [a, b] = [order[at], order[other]];
    if (a !== undefined && b !== undefined) [order[at], order[other]] = [b, a];
  }
  return order;
}

/**
 * What disturbs a machine makes turns slower, and never faster: what a network takes is the middle of those turns that were
 * disturbed less. All of them say how far it may be off.
 */
function summarise({ subject, engine, threads, turns }: Place): Latency {
  const times = turns.flat();
  const quieter = turns.toSorted((a, b) => median(a) - median(b)).slice(0, Math.ceil(turns.length / 2));
  const middle = median(quieter.flat());
  return {
    ...{ key: subject.key, engine: engine.name, threads },
    ...{ median: middle, mad: median(times.map((time) => Math.abs(time - middle))), runs: times.length },
    ...{ fastest: Math.min(...times), turns: turns.map(median) },
  };
}
