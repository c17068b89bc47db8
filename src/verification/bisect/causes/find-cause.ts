import type { Graphs } from '../../../check/pieces/network.js';
import { EngineFailure } from '../../../engines/index.js';
import type { Model } from '../../../model/index.js';
import { optimize } from '../../../passes/pipeline.js';
import type { Bisected } from '../bisect.js';
import { activations } from './activations.js';
import { biases } from './biases.js';
import { borders } from './borders.js';
import type { Evidence } from './evidence.js';
import { kernels } from './kernels.js';
import type { Mistake, Mistakes } from './mistake.js';
import { normalizations } from './normalizations.js';
import { beyondFloat16, distance, explains, looksLike } from './numbers.js';
import { operands } from './operands.js';
import { resizes } from './resizes.js';

const KINDS: readonly Mistakes[] = [kernels, biases, activations, borders, normalizations, resizes, operands];
/** A block of many branches has more than anybody waits for. */
const MOST_TRIED = 200;

/**
 * Why a value differs, in one line: the mistake that, made in the reference's own piece, gives what the candidate gives;
 * else what the difference looks like.
 * @throws EngineFailure
 */
export async function causeOf({ reference, precision }: Bisected, evidence: Evidence): Promise<string | null> {
  const { graphs } = reference;
  return (
    beyondFloat16(evidence, precision) ?? (graphs && (await mistakeIn(graphs, evidence))) ?? looksLike(evidence) ?? null
  );
}

/** A mistake, and the piece of the reference with it. */
interface Try {
  readonly says: string;
  make(): Model;
}

/** As converters merge it: a mistake in a merged kernel is none in a single branch. */
function merged(model: Model): Model {
  const copy = model.copy();
  optimize(copy);
  return copy;
}

/** The mistake that explains most, where one explains enough. */
async function mistakeIn(graphs: Graphs, evidence: Evidence): Promise<string | undefined> {
  const model = await graphs.read(evidence.piece);
  let best: { readonly says: string; readonly left: number } | undefined;
  for (const { says, make } of [...triesFor(model), ...triesFor(merged(model))].slice(0, MOST_TRIED)) {
    const guess = await answerOf(graphs, make(), evidence);
    if (!guess || !explains(evidence, guess)) continue;
    const left = distance(guess, evidence.actual);
    if (!best || left < best.left) best = { says, left };
  }
  return best?.says;
}

/** Every mistake in each node that can have it, and in all of them at once. */
function triesFor(model: Model): Try[] {
  const places = [...model.graph.sorted()].flatMap((node, place) =>
    KINDS.flatMap((kind) => kind(node)).map((mistake) => ({ node, place, mistake })),
  );
  const alike = new Map<string, typeof places>();
  for (const each of places) {
    const key = `${each.node.operator} ${each.mistake.says}`;
    alike.set(key, [...(alike.get(key) ?? []), each]);
  }
  return [...alike].flatMap(([key, found]) => [
    ...(found.length > 1 ? [{ says: `every ${key}`, make: () => changed(model, found) }] : []),
    ...found.map((each) => ({
      says: `${each.node.operator} ${each.node.label} ${each.mistake.says}`,
      make: () => changed(model, [each]),
    })),
  ]);
}

function changed(model: Model, places: readonly { readonly place: number; readonly mistake: Mistake }[]): Model {
  const copy = model.copy();
  const nodes = [...copy.graph.sorted()];
  for (const { place, mistake } of places) {
    const node = nodes[place];
    if (node) mistake.make(node);
  }
  return copy;
}

/** @returns undefined where the engine refuses a piece that is made so */
async function answerOf(graphs: Graphs, model: Model, { feeds, piece }: Evidence): Promise<Float64Array | undefined> {
  const [output = ''] = piece.outputs;
  try {
    const session = await graphs.load(model);
    const answers = await session.run(feeds, [output]).finally(() => session.release());
    return answers.get(output)?.toFloat64();
  } catch (error) {
    if (error instanceof EngineFailure && error.kind === 'refused') return undefined;
    throw error;
  }
}
