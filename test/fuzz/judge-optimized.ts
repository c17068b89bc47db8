import { readOnnx, writeOnnx } from '../../src/formats/onnx/index.js';
import { MobileoneError, type Model } from '../../src/model/index.js';
import { optimize } from '../../src/passes/pipeline.js';
import { differenceOf, Session, type Sizes, Source } from './answers.js';
import type { Trial } from './fuzz.js';

/** Read as a user's file is, fused, written, and run at every setting of the open sizes; then the same once more. */
export async function judgeOptimized(made: Model, settings: readonly Sizes[]): Promise<Trial> {
  const model = writeOnnx(made);
  const source = await Source.open(model, made);
  try {
    return { ...(await judge(made, model, source, settings)), model };
  } catch (error) {
    return { outcome: 'wrong', detail: error instanceof Error ? (error.stack ?? error.message) : String(error), model };
  } finally {
    await source.close();
  }
}

async function judge(
  made: Model,
  model: Uint8Array,
  source: Source,
  settings: readonly Sizes[],
): Promise<Omit<Trial, 'model'>> {
  let fused: Model;
  try {
    fused = readOnnx(model);
    optimize(fused);
  } catch (error) {
    if (error instanceof MobileoneError) return { outcome: 'refused', detail: error.message };
    throw error;
  }
  fused.graph.check();
  const written = writeOnnx(fused);
  const verdict = await compare(made, written, source, settings);
  return verdict.outcome === 'right' ? secondRun(written) : verdict;
}

async function compare(
  made: Model,
  written: Uint8Array,
  source: Source,
  settings: readonly Sizes[],
): Promise<Omit<Trial, 'model'>> {
  let outcome: Trial['outcome'] = 'not judged';
  let session: Session | undefined;
  try {
    for (const sizes of settings) {
      const expected = await source.answers(sizes);
      if (!expected) continue;
      session ??= await Session.open(written, made.graph);
      const difference = differenceOf(expected, await session.answers(sizes));
      const verdict = await source.verdictOn(difference, sizes, expected);
      if (verdict === 'wrong') return { outcome: verdict, detail: `error ${difference} at ${JSON.stringify(sizes)}` };
      if (verdict === 'right') outcome = verdict;
    }
    return { outcome };
  } finally {
    await session?.close();
  }
}

function secondRun(written: Uint8Array): Omit<Trial, 'model'> {
  const again = readOnnx(written);
  const edits = optimize(again).count;
  if (edits === 0 && Buffer.compare(writeOnnx(again), written) === 0) return { outcome: 'right' };
  return { outcome: 'changed by a second run', detail: `${edits} edits` };
}
