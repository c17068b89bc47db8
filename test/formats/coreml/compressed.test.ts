import { expect, test } from 'vitest';
import { sha256 } from '../../../src/files/index.js';
import { blockOf } from '../../../src/formats/blocks.js';
import { coreml } from '../../../src/formats/coreml/index.js';
import type { ArtefactOperation, ArtefactProgram, Precision } from '../../../src/formats/format.js';
import { compareRounded } from '../../../src/proof/rounded-program.js';
import { network } from '../../network.js';

const model = () =>
  network((n) => {
    const x = n.relu(n.conv(n.input([1, 16, 8, 8]), { channels: 32, kernel: 3, bias: true }));
    return n.node('MatMul', [n.node('ReduceMean', [x], { axes: [2, 3], keepdims: 0 }), n.random([32, 16])]);
  });
const opened = (precision: Precision, deploymentTarget?: 'iOS18', source = model()) => {
  const { program, notes } = coreml.lower(source, { precision, deploymentTarget });
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

test.each([
  ['int8', 'constexpr_blockwise_shift_scale', 'weights'],
  ['pal6', 'constexpr_lut_to_dense', 'palette'],
  ['pal4', 'constexpr_lut_to_dense', 'palette'],
] as const)('%s for iOS18 stores them by %s in blocks, each the nearest', (precision, operation, quantization) => {
  const source = () =>
    network((n) =>
      n.conv(n.relu(n.conv(n.input([1, 64, 8, 8]), { channels: 64, kernel: 3 })), { channels: 32, kernel: 3 }),
    );
  const written = opened(precision, 'iOS18', source());
  expect(written.notes.join()).not.toMatch(/need iOS/);
  const made = written.program.operations.filter(({ type }) => type === operation);
  expect(made).toHaveLength(2);
  const shapes = made.map(({ bound }) => (bound?.get('scale') ?? bound?.get('lut'))?.shape);
  const first = precision === 'int8' ? [64, 2, 1, 1] : [4, 1, 1, 1, precision === 'pal6' ? 64 : 16, 1];
  expect(shapes[0]).toEqual(first);
  expect(written.opened.quantization).toBe(quantization);
  const exact = opened('fp32', 'iOS18', source()).opened.program();
  expect(compareRounded(written.opened.program(), exact)).toMatchObject({ difference: null });
  const plain = opened(precision, undefined, source());
  expect(lossOf(written, exact)).toBeLessThan(lossOf(plain, exact));
});

test('what cannot be cut into blocks has a scale for each channel, and a table for all', () => {
  const source = () => network((n) => n.conv(n.input([1, 5, 8, 8]), { channels: 7, kernel: 3 }));
  const shapeOf = (precision: Precision) => {
    const { program, opened: file } = opened(precision, 'iOS18', source());
    const exact = opened('fp32', 'iOS18', source()).opened.program();
    expect(compareRounded(file.program(), exact)).toMatchObject({ difference: null });
    const [bound] = program.operations.flatMap((operation) => operation.bound ?? []);
    return (bound?.get('scale') ?? bound?.get('lut'))?.shape;
  };
  expect(shapeOf('int8')).toEqual([7, 1, 1, 1]);
  // 315 indices of 6 bits end within a byte.
  expect(shapeOf('pal6')).toEqual([1, 1, 1, 1, 64, 1]);
});

test.each(['int8', 'pal6', 'pal4'] as const)(
  'weights that the source has in float16 are stored in %s as others are',
  (precision) => {
    const inFloat16 = () =>
      network((n) => {
        const weight = n.constant(Array.from(n.random([512]).constant?.toFloat64() ?? []), [32, 16, 1, 1], 'float16');
        return n.node('Conv', [n.input([1, 16, 4, 4], 'float16'), weight]);
      });
    const { program, opened: file, bytes } = opened(precision, undefined, inFloat16());
    expect(program.operations.some(({ type }) => type.startsWith('constexpr'))).toBe(true);
    expect(file.quantization).toBe(precision === 'int8' ? 'weights' : 'palette');
    expect(bytes).toBeLessThan(opened('fp16', undefined, inFloat16()).bytes);
    const exact = opened('fp32', undefined, inFloat16()).opened.program();
    expect(compareRounded(file.program(), exact)).toMatchObject({ difference: null });
  },
);

/** The squared difference of all weights. */
function lossOf({ opened: file }: ReturnType<typeof opened>, exact: ArtefactProgram): number {
  const weights = (program: ArtefactProgram) =>
    program.operations.flatMap(({ operator, operands }) => (operator === 'conv' ? valuesOf(operands) : []));
  const [a, b] = [weights(file.program()), weights(exact)];
  return a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0);
}

function valuesOf(operands: ArtefactOperation['operands']): number[] {
  const value = operands.find(({ role }) => role === 'weight 0')?.value;
  if (!value || typeof value === 'string') return [];
  const elements = Array.from(value.elements(), Number);
  if (typeof value.stored === 'string' || value.stored.kind === 'table') return elements;
  const { scales, offsets, blocks } = value.stored;
  const placeOf = blockOf(value.shape, blocks);
  return elements.map((step, i) => step * (scales[placeOf(i)] ?? 0) + (offsets[placeOf(i)] ?? 0));
}
