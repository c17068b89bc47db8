import { expect, test } from 'vitest';
import { sha256 } from '../../../src/files/index.js';
import { coreml } from '../../../src/formats/coreml/index.js';
import type { Precision } from '../../../src/formats/format.js';
import { compareRounded } from '../../../src/proof/rounded-program.js';
import { network } from '../../network.js';

const model = () =>
  network((n) => {
    const x = n.relu(n.conv(n.input([1, 16, 8, 8]), { channels: 32, kernel: 3, bias: true }));
    return n.node('MatMul', [n.node('ReduceMean', [x], { axes: [2, 3], keepdims: 0 }), n.random([32, 16])]);
  });
const opened = (precision: Precision) => {
  const { program, notes } = coreml.lower(model(), { precision });
  const artefact = coreml.write(program, 'x', sha256);
  const bytes = [...artefact.files.values()].flat().reduce((sum, { length }) => sum + length, 0);
  return { opened: coreml.open(artefact), program, notes, bytes };
};

test.each([
  ['int8', 'constexpr_affine_dequantize', 'weights'],
  ['pal6', 'constexpr_lut_to_dense', 'palette'],
  ['pal4', 'constexpr_lut_to_dense', 'palette'],
] as const)(
  '%s stores weights of products by %s, from iOS 16 on, each the nearest',
  (precision, operation, quantization) => {
    const written = opened(precision);
    expect(written.program.version.deploymentTarget).toBe('iOS16');
    expect(written.notes.join()).toMatch(/need iOS 16/);
    expect(written.program.operations.filter(({ type }) => type === operation)).toHaveLength(2);
    expect(written.opened.quantization).toBe(quantization);
    expect(written.bytes).toBeLessThan(opened('fp16').bytes);
    expect(compareRounded(written.opened.program(), opened('fp32').opened.program())).toMatchObject({
      difference: null,
    });
  },
);

test('a table of fewer bits is smaller', () => {
  expect(opened('pal4').bytes).toBeLessThan(opened('pal6').bytes);
  expect(opened('pal6').bytes).toBeLessThan(opened('int8').bytes);
});
