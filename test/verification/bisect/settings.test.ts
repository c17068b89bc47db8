import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyAll } from '../../../src/commands/verify/verify.js';
import { writeOnnx } from '../../../src/formats/onnx/index.js';
import type { Value } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'settings-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** An image of open height and width; what takes the mean of a map is called `mean`. */
function written(name: string, mean: (n: Network, map: Value) => Value): string {
  const model = network((n) => {
    const map = n.relu(n.conv(n.input([1, 3, 'height', 'width']), { channels: 8, kernel: 16, stride: 16, bias: true }));
    const pooled = mean(n, map);
    pooled.name = 'mean';
    return n.linear(pooled, 4);
  });
  const file = path.join(folder, name);
  writeFileSync(file, writeOnnx(model));
  return file;
}

const right = (n: Network, map: Value) => n.node('ReduceMean', [map], { axes: [2, 3], keepdims: 0 });

const partedOf = async (candidate: string) => {
  const { report, error } = await verifyAll(written('reference.onnx', right), [candidate], { bisect: true });
  return { error, candidate: report.models[0]?.candidates[0], parted: report.models[0]?.candidates[0]?.parted };
};

test('what differs at the second setting of open sizes alone is found there', async () => {
  // 224 x 224 leaves a map of 14 x 14: there it is the mean.
  const fixed = written('fixed.onnx', (n, map) =>
    n.node('Mul', [n.node('ReduceSum', [map, n.integers([2, 3])], { keepdims: 0 }), n.constant(1 / (14 * 14))]),
  );
  const { error, parted } = await partedOf(fixed);
  expect(error).toMatchObject({ exitCode: 5 });
  // 161 x 225 leaves one of 10 x 14: it gives 0.714 of the mean, and the largest of all samples is what the error is a share of.
  expect(parted?.own).toBeGreaterThan(0.1);
  expect(parted?.own).toBeLessThanOrEqual(1 - (10 * 14) / (14 * 14));
  expect(parted).toMatchObject({ value: 'mean', nodes: ['ReduceMean_2'], cause: expect.stringMatching(/0\.714/) });
});

test('what its engine refuses at the second setting is named, too', async () => {
  const refusing = written('refusing.onnx', (n, map) => {
    const flat = n.node('Reshape', [map, n.integers([1, 8, 14 * 14])]);
    return n.node('ReduceMean', [flat], { axes: [2], keepdims: 0 });
  });
  const { error, candidate } = await partedOf(refusing);
  expect(error).toMatchObject({ exitCode: 5 });
  expect(candidate?.parted).toMatchObject({ value: 'mean', nodes: ['ReduceMean_2'], own: null });
});
