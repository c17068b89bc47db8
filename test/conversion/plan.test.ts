import { expect, test } from 'vitest';
import { type ConvertOptions, resolveConvert } from '../../src/commands/convert/options.js';
import { planOutputs } from '../../src/conversion/plan.js';
import { formats } from '../../src/formats/index.js';

async function names(paths: readonly string[], given: ConvertOptions): Promise<string[]> {
  const options = resolveConvert(given);
  const targets = options.to.flatMap((name) => formats.get(name) ?? []);
  return planOutputs(paths, targets, options).flatMap(({ destinations }) =>
    Array.from(destinations.values(), ({ shown }) => shown),
  );
}

test.each([
  [['a/net.onnx'], {}, ['net.fused.onnx']],
  [
    ['net.onnx'],
    { to: ['onnx', 'tfjs', 'coreml'], outDir: 'dist' },
    ['dist/net.fused.onnx', 'dist/net.tfjs', 'dist/net.mlpackage'],
  ],
  [['a/x.onnx', 'b/y.onnx'], { name: '{name}-v2' }, ['x-v2.fused.onnx', 'y-v2.fused.onnx']],
  [['net.ONNX'], {}, ['net.fused.onnx']],
  [['net.pb'], {}, ['net.pb.fused.onnx']],
  [['c:\\models\\net.onnx'], {}, ['net.fused.onnx']],
] as const)('%j with %j goes to %j', async (paths, options, expected) => {
  expect(await names(paths, options)).toEqual(expected);
});

test('two models of one name in one run are refused before any work', async () => {
  await expect(names(['a/net.onnx', 'b/net.onnx'], {})).rejects.toThrow(/a\/net\.onnx and b\/net\.onnx would both/);
});

test('a report inside an artefact is refused', async () => {
  await expect(names(['net.onnx'], { to: ['tfjs'], report: 'net.tfjs/report.json' })).rejects.toThrow(/same place/);
});
