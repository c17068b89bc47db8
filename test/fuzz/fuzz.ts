import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

/** What came of one random graph. */
export interface Trial {
  /** `refused`: by name, by us; `not judged`: ONNX Runtime does not run the source, or its answer is not finite. */
  readonly outcome: 'right' | 'wrong' | 'changed by a second run' | 'refused' | 'not judged';
  /** What is wrong, or who refused it. */
  readonly detail?: string;
  readonly model: Uint8Array;
}

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 12);
const COUNT = Number(process.env.FUZZ_COUNT ?? 1_000_000);
const FIRST = Number(process.env.FUZZ_SEED ?? 1);
/** Failures that are kept; what is broken for one graph is broken for many. */
const MOST_KEPT = 20;

/**
 * A test that makes graph after graph until time or count is up. Those that fail are written to `.cache/fuzz/KIND-SEED.onnx`
 * and named; one of them, made small, becomes a case of its own.
 * @param judgedShare the least share of the graphs that must be judged, neither refused nor beyond ONNX Runtime
 */
export function fuzz(kind: string, judgedShare: number, judge: (seed: number) => Promise<Trial>): void {
  test(`${kind}: every random graph answers as ONNX Runtime does on its source`, async () => {
    const counts = new Map<Trial['outcome'], number>();
    const failures: string[] = [];
    const end = performance.now() + 1000 * SECONDS;
    let seed = FIRST;
    for (; seed < FIRST + COUNT && performance.now() < end; seed++) {
      const trial = await judgeOf(judge, seed);
      counts.set(trial.outcome, (counts.get(trial.outcome) ?? 0) + 1);
      if (trial.outcome !== 'wrong' && trial.outcome !== 'changed by a second run') continue;
      if (failures.length < MOST_KEPT) keep(kind, seed, trial.model);
      failures.push(`${seed} ${trial.outcome}: ${trial.detail ?? ''}`);
    }
    const total = seed - FIRST;
    const of = (outcome: Trial['outcome']) => counts.get(outcome) ?? 0;
    console.info(
      `${kind}: ${of('right')} of ${total} graphs (numbers ${FIRST} to ${seed - 1}) judged right, ${of('wrong')} wrong, ` +
        `${of('changed by a second run')} changed by a second run, ${of('refused')} refused, ${of('not judged')} not judged`,
    );
    expect(failures.slice(0, MOST_KEPT), 'graphs that fail').toEqual([]);
    if (total >= 10) expect(of('right') / total, 'share of graphs that were judged').toBeGreaterThan(judgedShare);
    expect(total, 'graphs made').toBeGreaterThan(0);
  });
}

async function judgeOf(judge: (seed: number) => Promise<Trial>, seed: number): Promise<Trial> {
  try {
    return await judge(seed);
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { outcome: 'wrong', detail, model: new Uint8Array() };
  }
}

function keep(kind: string, seed: number, model: Uint8Array): void {
  const folder = path.join('.cache', 'fuzz');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${kind}-${seed}.onnx`), model);
}
