import { expect } from 'vitest';
import { readOnnx, writeOnnx } from '../../src/formats/onnx/index.js';
import type { Graph, Model } from '../../src/model/index.js';
import { optimize } from '../../src/passes/pipeline.js';
import { answers, differenceOfAnswers } from './answers.js';

/** How a network is run, and how far its answers may be off after fusing. */
export interface Alike {
  /** What the network is called where it fails. */
  readonly name: string;
  /** The sizes of symbols, once for each run. */
  readonly settings: readonly Readonly<Record<string, number>>[];
  readonly rounding: number;
}

/**
 * Fuses a network: it answers as before at every setting, and a second run changes nothing.
 * @returns its graph before and after
 */
export async function expectFusedAlike(
  source: Model,
  { name, settings, rounding }: Alike,
): Promise<{ readonly before: Graph; readonly after: Graph }> {
  const bytes = writeOnnx(source);
  const model = readOnnx(bytes);
  optimize(model);
  const fused = writeOnnx(model);
  for (const setting of settings) {
    const expected = await answers(bytes, model.graph, setting);
    const difference = differenceOfAnswers(expected, await answers(fused, model.graph, setting));
    expect(difference, name).toBeLessThan(rounding);
  }
  const again = readOnnx(fused);
  optimize(again);
  expect(Buffer.compare(writeOnnx(again), fused), `second run of ${name}`).toBe(0);
  return { before: readOnnx(bytes).graph, after: model.graph };
}
