import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readOnnx } from '../../src/formats/onnx/index.js';
import { type Graph, isAnonymous, type Value } from '../../src/model/index.js';
import { inferTypes } from '../../src/operators/infer.js';
import { allCases, type Case } from '../corpus.js';

function typed({ model: file }: Case): Graph {
  const externalData = (location: string, offset: number, length: number | undefined) =>
    readFileSync(join(dirname(file), location)).subarray(offset, length && offset + length);
  const { graph } = readOnnx(readFileSync(file), { externalData });
  inferTypes(graph);
  return graph;
}

/** The shape in the header of a `.npy` file. */
function shapeOfNpy(file: string): number[] {
  const header = readFileSync(file).subarray(0, 256).toString('latin1');
  const list = /'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '';
  return list.split(',').flatMap((size) => (size.trim() ? [Number(size)] : []));
}

/** Values behind one whose size the data decides. */
function isBehindSelection(value: Value): boolean {
  const seen = new Set<Value>();
  const left = [value];
  for (let next = left.pop(); next; next = left.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (next.producer?.is('NonMaxSuppression')) return true;
    for (const input of next.producer?.inputs ?? []) if (input) left.push(input);
  }
  return false;
}

describe('real exports', () => {
  test.each(allCases())('$name: every value has a type and a shape', (given) => {
    const made = typed(given)
      .sorted()
      .flatMap((node) => node.outputs.flatMap((value) => value ?? []));
    const open = made.filter(({ dtype, shape }) => !dtype || !shape || shape.some(isAnonymous));
    expect(open.filter((value) => !isBehindSelection(value)).map(({ name }) => name)).toEqual([]);
  });

  test.each(allCases())('$name: the answers have the shape that was inferred', (given) => {
    for (const { name, shape } of typed(given).outputs) {
      const answer = shapeOfNpy(given.answers.get(name) ?? '');
      expect(shape).toHaveLength(answer.length);
      // The answers of a small network are those of all its images; where the batch has a name, it is free.
      expect(shape?.slice(1)).toEqual(answer.slice(1));
    }
  });
});
