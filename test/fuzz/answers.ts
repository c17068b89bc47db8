import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import { type Graph, isStatic, type Model, sizeOf, Tensor } from '../../src/model/index.js';

export interface Answer {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

export type Answers = ReadonlyMap<string, Answer>;

/** Of open dimensions, by their names. */
export type Sizes = Readonly<Record<string, number>>;

/** What a conversion to fp32 may differ by; the smallest wrong rule seen (a lost epsilon of 1e-5) gives 2e-5. */
const ROUNDING = 1e-5;
/** Where terms cancel, rounding grows as it does when every number on the way moves by one unit in its last place. */
const TIMES_NOISE = 20;
/** Networks that answer otherwise to the last place say nothing. */
const MOST_NOISE = 1e-3;
const LAST_PLACE = 2 ** -23;
/** What random networks are as wide as, at most. */
const MOST_COLUMNS = 4096;

/** A model in ONNX Runtime, its own optimisations off. Close it in every case. */
export class Session {
  readonly #session: InferenceSession;
  readonly #graph: Graph;

  private constructor(session: InferenceSession, graph: Graph) {
    this.#session = session;
    this.#graph = graph;
  }

  /** @param graph whose inputs say what it is fed @throws Error where it does not load */
  static async open(file: Uint8Array, graph: Graph): Promise<Session> {
    const options = { graphOptimizationLevel: 'disabled', logSeverityLevel: 4 } as const;
    return new Session(await InferenceSession.create(file, options), graph);
  }

  /** @param nudge relative change of every other number that it is fed @throws Error where it does not run */
  async answers(sizes: Sizes, nudge = 0): Promise<Answers> {
    const feeds = Object.fromEntries(
      this.#graph.inputs.map(({ name, dtype, shape = [] }, index) => {
        const dims = shape.map((size) => (typeof size === 'number' ? size : (sizes[size] ?? 1)));
        return [name, feedOf(dtype ?? 'float32', dims, index, nudge)];
      }),
    );
    const results = await this.#session.run(feeds);
    return new Map(
      Object.entries(results).map(([name, { dims, data }]) => [
        name,
        { dims, data: Float64Array.from(data as ArrayLike<number | bigint>, Number) },
      ]),
    );
  }

  close(): Promise<void> {
    return this.#session.release();
  }
}

/** A source, and what it answers where that can be judged by. */
export class Source {
  readonly #made: Model;
  readonly #session: Session | undefined;

  private constructor(made: Model, session: Session | undefined) {
    this.#made = made;
    this.#session = session;
  }

  /** @param file the model, written */
  static async open(file: Uint8Array, made: Model): Promise<Source> {
    return new Source(made, await Session.open(file, made.graph).catch(() => undefined));
  }

  /** @returns undefined where it does not run, or answers something that is not finite */
  async answers(sizes: Sizes): Promise<Answers | undefined> {
    const answers = await this.#session?.answers(sizes).catch(() => undefined);
    return answers && [...answers.values()].every(({ data }) => data.every(Number.isFinite)) ? answers : undefined;
  }

  /** Judges a difference from its answers: rounding explains it, nothing does, or the source answers noise itself. */
  async verdictOn(difference: number, sizes: Sizes, answers: Answers): Promise<'right' | 'wrong' | 'not judged'> {
    if (difference <= ROUNDING) return 'right';
    if (!Number.isFinite(difference)) return 'wrong';
    const noise = await this.#noise(sizes, answers);
    if (noise > MOST_NOISE) return 'not judged';
    return difference <= TIMES_NOISE * noise ? 'right' : 'wrong';
  }

  /** How far the answers move when its input does, and all that it computes, by a unit in the last place. */
  async #noise(sizes: Sizes, answers: Answers): Promise<number> {
    const nudged = await Session.open(writeOnnx(withNudges(this.#made)), this.#made.graph);
    try {
      return differenceOf(answers, await nudged.answers(sizes, LAST_PLACE));
    } finally {
      await nudged.close();
    }
  }

  async close(): Promise<void> {
    await this.#session?.close();
  }
}

/**
 * The same network with every second column of what a node gives moved up by a unit in the last place, the others down. How
 * many there are is found as it runs: ONNX Runtime's loader disputes the sizes of some pools that it computes.
 */
function withNudges(made: Model): Model {
  const model = made.copy();
  const { graph } = model;
  const integers = (value: number) => graph.addConstant(Tensor.from('int64', [1], [value]));
  const [first, last] = [integers(0), integers(-1)];
  const factors = Float64Array.from({ length: MOST_COLUMNS }, (_, i) => 1 + (i % 2 ? LAST_PLACE : -LAST_PLACE));
  const all = graph.addConstant(Tensor.from('float32', [MOST_COLUMNS], factors));
  for (const node of graph.sorted()) {
    const { origin } = node;
    for (const value of node.outputs) {
      if (value?.dtype !== 'float32' || !isStatic(value.shape) || value.shape.length === 0) continue;
      const sizes = graph.insert({ operator: 'Shape', inputs: [value], origin });
      const width = graph.insert({ operator: 'Gather', inputs: [sizes.output(), last], origin });
      const factor = graph.insert({ operator: 'Slice', inputs: [all, first, width.output()], origin });
      const moved = graph.insert({ operator: 'Mul', inputs: [value, factor.output()], origin });
      graph.replace(value, moved.output());
      graph.setInput(moved, 0, value);
      graph.setInput(sizes, 0, value);
    }
  }
  return model;
}

/** Fixed numbers of [-2, 2]; whole ones from 0 to 2 for integers. */
export function feedOf(dtype: string, dims: readonly number[], index: number, nudge: number): OrtTensor {
  const draw = (i: number) => Math.sin(12.9898 * (i + 1) + index);
  const whole = (i: number) => Math.floor(1.5 + 1.5 * draw(i));
  const real = (i: number) => 2 * draw(i) * (1 + (i % 2) * nudge);
  const length = sizeOf(dims);
  switch (dtype) {
    case 'int64':
      return new OrtTensor(
        'int64',
        BigInt64Array.from({ length }, (_, i) => BigInt(whole(i))),
        dims,
      );
    case 'bool':
      return new OrtTensor(
        'bool',
        Uint8Array.from({ length }, (_, i) => Number(draw(i) > 0)),
        dims,
      );
    case 'float64':
      return new OrtTensor(
        'float64',
        Float64Array.from({ length }, (_, i) => real(i)),
        dims,
      );
    default:
      return new OrtTensor(
        'float32',
        Float32Array.from({ length }, (_, i) => real(i)),
        dims,
      );
  }
}

/**
 * The largest difference of any output over that output's largest answer, or itself where that is 0; infinite where shapes or
 * places of NaN differ.
 */
export function differenceOf(expected: Answers, actual: Answers): number {
  let worst = 0;
  for (const [name, a] of expected) {
    const b = actual.get(name);
    if (!b || String(b.dims) !== String(a.dims)) return Number.POSITIVE_INFINITY;
    let [most, scale] = [0, 0];
    for (const [i, value] of a.data.entries()) {
      const difference = Math.abs(value - (b.data[i] ?? Number.NaN));
      if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
      most = Math.max(most, difference);
      scale = Math.max(scale, Math.abs(value));
    }
    worst = Math.max(worst, scale === 0 ? most : most / scale);
  }
  return worst;
}
