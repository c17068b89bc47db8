import { readOnnx, writeOnnx } from '../../src/formats/onnx/index.js';
import { type Model, UnsupportedError } from '../../src/model/index.js';
import { optimize } from '../../src/passes/pipeline.js';
import { type Answers, differenceOf, feedOf, Source } from './answers.js';
import type { Trial } from './fuzz.js';

/** What a graph is fed, by input, in the source's order of axes. */
export type Feeds = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>;

/** Runs the written form of a fused model; answers are in the source's order of axes. */
export type RunLowered = (fused: Model, feeds: Feeds) => Promise<Feeds>;

/** Fused, lowered for a target, and run as that target runs it. */
export async function judgeLowered(made: Model, run: RunLowered): Promise<Trial> {
  const model = writeOnnx(made);
  const source = await Source.open(model, made);
  try {
    const expected = await source.answers({});
    if (!expected) return { outcome: 'not judged', model };
    const fused = readOnnx(model);
    optimize(fused);
    const difference = differenceOf(expected, asAnswers(await run(fused, feedsOf(made))));
    const outcome = await source.verdictOn(difference, {}, expected);
    return { outcome, detail: `error ${difference}`, model };
  } catch (error) {
    if (error instanceof UnsupportedError) return { outcome: 'refused', detail: error.message, model };
    return { outcome: 'wrong', detail: error instanceof Error ? (error.stack ?? error.message) : String(error), model };
  } finally {
    await source.close();
  }
}

function feedsOf({ graph }: Model): Feeds {
  return new Map(
    graph.inputs.map(({ name, dtype, shape = [] }, index) => {
      const { dims, data } = feedOf(dtype ?? 'float32', shape.map(Number), index, 0);
      return [name, { shape: dims, data: Float64Array.from(data as ArrayLike<number | bigint>, Number) }];
    }),
  );
}

function asAnswers(outputs: Feeds): Answers {
  return new Map([...outputs].map(([name, { shape, data }]) => [name, { dims: shape, data: Float64Array.from(data) }]));
}
