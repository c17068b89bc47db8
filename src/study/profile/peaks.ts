import type { Model, Value } from '../../model/index.js';
import { Layers } from '../ablations/layers.js';
import { macsOf } from '../static/macs.js';
import { type EngineEvent, runsIn } from './events.js';
import { marked, nodeMarkedBy } from './marks.js';

/** What the engine reaches on this machine where nothing else is in its way. */
export interface Peaks {
  /** Multiply-accumulates a second: the most of a dense and a pointwise convolution and a product of matrices. */
  readonly macsPerSecond: number;
  /** Bytes a second of an addition that reads and writes so many, from few, which stay near, to what no cache holds. */
  readonly bandwidths: readonly Bandwidth[];
  /** Seconds of the same addition on next to nothing: what a node costs that does nothing. */
  readonly secondsPerNode: number;
}

export interface Bandwidth {
  readonly bytes: number;
  readonly bytesPerSecond: number;
}

/** Runs a network a number of times in an engine that keeps a profile. @returns what the profiler wrote */
export type Profiler = (model: Model, runs: number) => Promise<string>;

const RUNS = 20;
/** Bytes read and written; the last is larger than any cache. */
const MOVED = [2 ** 18, 2 ** 20, 2 ** 22, 2 ** 24, 2 ** 26, 2 ** 28];
const TINY = 16;
const BYTES = 4;

/** Measures the peaks, in the same engine and by the same profiler as the network. @throws EngineFailure */
export async function measurePeaks(profiler: Profiler): Promise<Peaks> {
  const products = await shortest(productsNetwork(), profiler);
  const moves = await shortest(movesNetwork(), profiler);
  const rates = products.map(({ work, seconds }) => work / seconds);
  const [tiny, ...bandwidths] = moves.map(({ bytes, seconds }) => ({
    bytes,
    seconds,
    bytesPerSecond: bytes / seconds,
  }));
  return {
    macsPerSecond: Math.max(...rates),
    bandwidths: bandwidths.map(({ bytes, bytesPerSecond }) => ({ bytes, bytesPerSecond })),
    secondsPerNode: tiny?.seconds ?? 0,
  };
}

interface Measured {
  readonly work: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** The shortest time of every node that `measured` are in all runs, in the order of the graph. */
async function shortest(
  { model, measured }: { readonly model: Model; readonly measured: readonly Value[] },
  profiler: Profiler,
): Promise<Measured[]> {
  const { graph } = model;
  const [, ...runs] = runsIn(await profiler(marked(model), RUNS));
  const events = runs.flatMap((run) => run.events);
  return measured.map(({ producer }) => {
    const own = events.filter(({ name }) => producer && nodeMarkedBy(name, graph) === producer);
    const [first] = own;
    if (!first || !producer) throw new Error('the engine leaves out a node that is there to be timed');
    return { work: macsOf(producer) ?? 0, bytes: first.read + first.written, seconds: secondsOf(own) };
  });
}

/** The clock counts whole microseconds, so what takes less than one has the mean of all runs. */
function secondsOf(events: readonly EngineEvent[]): number {
  const durations = events.map(({ duration }) => duration);
  const least = Math.min(...durations);
  const mean = durations.reduce((sum, each) => sum + each, 0) / durations.length;
  return Math.max(least >= 10 ? least : mean, 0.1) / 1e6;
}

/** Each kernel's input is made in the network, since what is fed has to be copied. */
function productsNetwork(): { readonly model: Model; readonly measured: readonly Value[] } {
  const layers = new Layers();
  const seed = layers.input([1]);
  const at = (shape: readonly number[]) => expanded(layers, seed, shape);
  const matrix = layers.constant(new Float32Array(512 * 512).fill(0.01), [512, 512]);
  const measured = [
    layers.conv(at([1, 128, 28, 28]), { channels: 128, kernel: 3 }),
    layers.conv(at([1, 256, 28, 28]), { channels: 256 }),
    layers.node('MatMul', [at([512, 512]), matrix]),
  ];
  return { model: withSums(layers, measured), measured };
}

function movesNetwork(): { readonly model: Model; readonly measured: readonly Value[] } {
  const layers = new Layers();
  const seed = layers.input([1]);
  const one = layers.constant([1], []);
  const measured = [TINY, ...MOVED].map((bytes) =>
    layers.node('Add', [expanded(layers, seed, [bytes / 2 / BYTES]), one]),
  );
  return { model: withSums(layers, measured), measured };
}

function expanded(layers: Layers, seed: Value, shape: readonly number[]): Value {
  return layers.node('Expand', [seed, layers.constant(shape, [shape.length], 'int64')]);
}

/** Sums are read back in place of the values: nothing is left out, and nothing large has to be copied. */
function withSums(layers: Layers, values: readonly Value[]): Model {
  layers.model.graph.setOutputs(values.map((value) => layers.node('ReduceMax', [value], { keepdims: 0 })));
  return layers.model;
}
